import assert from 'node:assert/strict';
import type { copyRequestArgument as Read } from '../../../src/host/copyAsCode/copyAsCodeCommands';
import { useVSCode } from '../../support/fakeVSCode';

const localize = (message: string): string => message;

describe('copyRequestArgument', () => {
  let copyRequestArgument: typeof Read;
  useVSCode({});
  before(async () => {
    ({ copyRequestArgument } = await import('../../../src/host/copyAsCode/copyAsCodeCommands'));
  });

  for (const language of ['curl', 'python', 'node']) {
    it(`takes "${language}"`, () => assert.equal(copyRequestArgument(language, localize), language));
  }

  for (const given of [undefined, null, { scheme: 'webview-panel' }, 1]) {
    it(`leaves the choice to the user for ${JSON.stringify(given)}, which a menu hands over`, () =>
      assert.equal(copyRequestArgument(given, localize), undefined));
  }

  for (const unknown of ['', 'Python', 'powershell', 'toString']) {
    it(`refuses "${unknown}"`, () => {
      assert.throws(() => copyRequestArgument(unknown, localize), /expects "curl", "python" or "node"/);
    });
  }
});
