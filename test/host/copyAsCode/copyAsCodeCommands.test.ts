import assert from 'node:assert/strict';
import type { copyRequestArgument as ParseArgument } from '../../../src/host/copyAsCode/copyAsCodeCommands';
import { useVSCode } from '../../support/fakeVSCode';

const localize = (message: string): string => message;

describe('argument of the command copyRequest', () => {
  let copyRequestArgument: typeof ParseArgument;
  useVSCode({});
  before(async () => {
    ({ copyRequestArgument } = await import('../../../src/host/copyAsCode/copyAsCodeCommands'));
  });

  for (const language of ['curl', 'python', 'node']) {
    it(`accepts the language "${language}"`, () => assert.equal(copyRequestArgument(language, localize), language));
  }

  for (const argument of [undefined, null, { scheme: 'webview-panel' }, 1]) {
    it(`lets the user choose a language when a menu passes ${JSON.stringify(argument)}`, () =>
      assert.equal(copyRequestArgument(argument, localize), undefined));
  }

  for (const unknown of ['', 'Python', 'powershell', 'toString']) {
    it(`rejects the unknown language "${unknown}"`, () => {
      assert.throws(() => copyRequestArgument(unknown, localize), /expects “curl”, “python”, or “node”/);
    });
  }
});
