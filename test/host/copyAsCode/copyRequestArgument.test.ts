import assert from 'node:assert/strict';
import type { copyRequestArgument as ParseArgument } from '../../../src/host/copyAsCode/copyAsCode';
import { demoSettings } from '../../../src/host/connection/demoConversation';
import { useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../conversation/openedConversation';

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

describe('copied request', () => {
  const statuses: string[] = [];
  useVSCode({
    env: { clipboard: { writeText: () => Promise.resolve() } },
    l10n: { t: (message: string) => message },
    window: { setStatusBarMessage: (text: string) => statuses.push(text) },
  });

  it('of the demo comes with the warning that its code calls the gateway of the user', async () => {
    const { copyAsCode } = await import('../../../src/host/copyAsCode/copyAsCode');
    const { conversation, ask } = openConversation();
    const deps = {
      conversations: { current: conversation },
      connections: { configured: () => Promise.resolve({ baseUrl: 'https://own.example/v1' }), model: () => 'm' },
      catalog: { factsOf: () => undefined },
      settings: { engineSettings: () => demoSettings },
    } as unknown as Parameters<typeof copyAsCode>[0];
    for (const demo of [false, true])
      await copyAsCode(deps, { exchangeId: ask({ prompt: 'Hi', demo }), language: 'curl' });
    const mentionDemo = statuses.map((text) => /offline demo/.test(text));
    assert.deepEqual(mentionDemo, [false, true]);
  });
});
