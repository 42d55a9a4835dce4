import assert from 'node:assert/strict';
import { isPanelState, isToHost } from '../../../src/host/panel/incoming';

describe('isToHost', () => {
  const good: readonly unknown[] = [
    { type: 'ready' },
    { type: 'send', prompt: 'Hi' },
    { type: 'send', prompt: 'Hi', model: 'm' },
    { type: 'stop' },
    { type: 'action', exchangeId: 'e', action: 'retryNow' },
    { type: 'action', exchangeId: 'e', action: 'continue' },
    { type: 'action', exchangeId: 'e', action: 'tryAnyway' },
    { type: 'newConversation' },
    { type: 'selectModel' },
    { type: 'setApiKey' },
    { type: 'openDemo' },
    { type: 'leaveDemo' },
    { type: 'copy', text: '' },
    { type: 'insert', text: 'x' },
    { type: 'apply', exchangeId: 'e', text: 'x' },
    { type: 'openLink', href: 'https://example.com' },
  ];
  for (const message of good) {
    it(`accepts ${JSON.stringify(message)}`, () => assert.equal(isToHost(message), true));
  }

  const bad: readonly unknown[] = [
    undefined,
    null,
    'ready',
    [],
    {},
    { type: 1 },
    { type: 'toString' },
    { type: 'constructor' },
    { type: 'send' },
    { type: 'send', prompt: ' ' },
    { type: 'send', prompt: ['Hi'] },
    { type: 'send', prompt: 'Hi', model: 1 },
    { type: 'action', exchangeId: 'e' },
    { type: 'action', exchangeId: 1, action: 'retryNow' },
    { type: 'action', exchangeId: 'e', action: 'valueOf' },
    { type: 'action', exchangeId: 'e', action: 'stop' },
    { type: 'copy' },
    { type: 'insert', text: 1 },
    { type: 'apply', text: 'x' },
    { type: 'openLink', href: {} },
  ];
  for (const message of bad) {
    it(`refuses ${JSON.stringify(message)}`, () => assert.equal(isToHost(message), false));
  }
});

describe('isPanelState', () => {
  it('accepts what the webview keeps', () => assert.equal(isPanelState({ conversationId: 'c', draft: '' }), true));
  for (const state of [undefined, null, 'c', {}, { conversationId: 'c' }, { conversationId: 1, draft: '' }]) {
    it(`refuses ${JSON.stringify(state)}`, () => assert.equal(isPanelState(state), false));
  }
});
