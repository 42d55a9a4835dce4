import assert from 'node:assert/strict';
import type { copyRequestArgument as ParseArgument } from '../../../src/host/copyAsCode/copyAsCode';
import { useVSCode } from '../../support/fakeVSCode';

const localize = (message: string): string => message;

describe('argument of the command copyRequest', () => {
  let copyRequestArgument: typeof ParseArgument;
  useVSCode({});
  before(async () => {
    ({ copyRequestArgument } = await import('../../../src/host/copyAsCode/copyAsCode'));
  });

  it('is a language, or anything that a menu passes, which lets the user choose the language', () => {
    for (const language of ['curl', 'python', 'node']) assert.equal(copyRequestArgument(language, localize), language);
    for (const argument of [undefined, null, { scheme: 'webview-panel' }, 1]) {
      assert.equal(copyRequestArgument(argument, localize), undefined);
    }
  });

  it('is rejected when it names an unknown language', () => {
    for (const unknown of ['', 'Python', 'powershell', 'toString']) {
      assert.throws(() => copyRequestArgument(unknown, localize), /expects “curl”, “python”, or “node”/);
    }
  });
});
