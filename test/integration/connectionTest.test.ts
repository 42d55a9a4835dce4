import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { startGateway, type Gateway } from '../support/testGateway';
import { answer } from '../support/replies';
import type { ConnectionTest } from '../../src/host/connection/connectionTest';
import { resetNetworkState, set, stopFixture } from '../support/extensionHost';
import { selfSigned } from '../support/network/certificates';
import { startSecureFront, type SecureFront } from '../support/network/secureFront';

const [primaryKey, backupKey] = ['hsa-of-the-primary-1', 'hsa-of-the-backup-1'] as const;

const setKey = (argument: unknown) =>
  vscode.commands.executeCommand<{ state: string }>('holysheep.setApiKey', argument);
const testConnection = () => vscode.commands.executeCommand<ConnectionTest>('holysheep.testConnection');

describe('connection test', () => {
  let primary: Gateway;
  let backup: Gateway;
  let front: SecureFront;
  before(async () => {
    primary = await startGateway({ script: () => answer('from the primary gateway'), models: ['a', 'b'] });
    backup = await startGateway({ script: () => answer('from the backup gateway'), models: ['c'] });
    front = await startSecureFront(selfSigned('localhost'), Number(new URL(backup.origin).port));
  });
  beforeEach(async () => {
    await resetNetworkState();
    await set('baseUrl', primary.baseUrl);
    await set('backupBaseUrls', [backup.baseUrl]);
    assert.deepEqual(await setKey(primaryKey), { state: 'verified' });
    assert.deepEqual(await setKey({ key: backupKey, baseUrl: backup.baseUrl }), { state: 'verified' });
    primary.reset();
    backup.reset();
  });
  after(async () => {
    await stopFixture(undefined);
    await front.close();
    await Promise.all([primary.close(), backup.close()]);
  });

  it('reports for each gateway the steps up to the first failure', async () => {
    const closed = await startGateway();
    const { baseUrl: refusingUrl } = closed;
    await closed.close();
    await set('backupBaseUrls', [refusingUrl, `https://localhost:${front.port}/v1`]);
    const result = await testConnection();
    const [good, refusing, untrusted] = result.gateways;
    const steps = (report: typeof good): readonly string[] | undefined =>
      report?.steps.map(({ name, error }) => (error === undefined ? name : `${name}: ${error}`));
    assert.deepEqual([steps(good), good?.models.state], [['connection'], 'verified']);
    assert.deepEqual([steps(refusing), refusing?.models.state], [['connection: ECONNREFUSED'], 'unverified']);
    assert.deepEqual(steps(untrusted), ['nameResolution', 'connection', 'tls: DEPTH_ZERO_SELF_SIGNED_CERT']);
    assert.ok(untrusted?.models.state === 'unverified' && untrusted.models.kind === 'tls');
    assert.equal(front.received, 0, 'nothing must be sent to a server with an untrusted certificate');
  });

  it('lists its results in a read-only document', async () => {
    const { showInformationMessage } = vscode.window;
    Object.assign(vscode.window, { showInformationMessage: () => Promise.resolve('Details') });
    const opened = new Promise<vscode.TextDocument>((resolve) => {
      const listener = vscode.workspace.onDidOpenTextDocument((document) => {
        if (document.uri.scheme !== 'holysheep-connection') return;
        listener.dispose();
        resolve(document);
      });
    });
    await testConnection();
    const text = (await opened).getText();
    Object.assign(vscode.window, { showInformationMessage });
    assert.match(text, new RegExp(`^Primary gateway: ${primary.baseUrl}\n(?:.+\n)*✓ Connection: \\d+ ms$`, 'm'));
    assert.match(text, new RegExp(`^Backup gateway 1: ${backup.baseUrl}$`, 'm'));
    assert.match(text, /^✓ GET \/models: \d+ ms \(the API key is valid; available models: 2\)$/m);
  });
});
