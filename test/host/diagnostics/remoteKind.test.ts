import assert from 'node:assert/strict';
import { remoteKind } from '../../../src/host/diagnostics/diagnosticsText';

describe('the kind of a remote in the diagnostics', () => {
  for (const name of ['ssh-remote', 'wsl', 'dev-container', 'attached-container', 'codespaces', 'tunnel']) {
    it(`is ${name} as it is`, () => assert.equal(remoteKind(name), name));
  }

  for (const name of ['build.example.com:8443', '10.0.0.7:8080', 'ssh-remote+build.example.com', '']) {
    it(`tells nothing of ${JSON.stringify(name)}`, () => assert.equal(remoteKind(name), 'other'));
  }

  it('is none when there is no remote', () => assert.equal(remoteKind(undefined), null));
});
