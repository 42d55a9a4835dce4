import assert from 'node:assert/strict';
import { isToHost } from '../../../src/host/panel/validateMessage';
import { isPanelState } from '../../../src/shared/protocol';

describe('validation of messages from the page', () => {
  const validMessages: readonly unknown[] = [
    { type: 'ready' },
    { type: 'send', prompt: 'Hi' },
    { type: 'send', prompt: 'Hi', more: { prompt: 'Hi' } },
    { type: 'askSuggestion', id: 'demo-cut' },
    { type: 'demo', act: 'next' },
    { type: 'demo', act: 'again' },
    { type: 'stop', exchangeId: 'e' },
    { type: 'action', exchangeId: 'e', action: 'retryNow' },
    { type: 'action', exchangeId: 'e', action: 'continue' },
    { type: 'action', exchangeId: 'e', action: 'tryAnyway' },
    { type: 'action', exchangeId: 'e', action: 'showLog' },
    { type: 'action', exchangeId: 'e', action: 'exportDiagnostics' },
    { type: 'newConversation' },
    { type: 'openHistory' },
    { type: 'selectModel' },
    { type: 'forgetModelOnce' },
    { type: 'edit', exchangeId: 'e', prompt: 'Hi' },
    { type: 'regenerate', exchangeId: 'e', switchModel: false },
    { type: 'showVersion', exchangeId: 'e' },
    { type: 'suggestContext', request: 1, query: '' },
    { type: 'attach', id: 'a' },
    { type: 'detach', id: 'a' },
    { type: 'restoreContext', ids: [] },
    { type: 'restoreContext', ids: ['a', 'b'] },
    { type: 'pickContext' },
    { type: 'setApiKey' },
    { type: 'openDemo' },
    { type: 'leaveDemo' },
    { type: 'keepBackup', origin: 'https://backup.example' },
    { type: 'removeBackup', origin: 'https://backup.example' },
    { type: 'copy', text: '' },
    { type: 'copyRequest', exchangeId: 'e' },
    { type: 'insert', text: 'x' },
    { type: 'apply', exchangeId: 'e', text: 'x' },
    { type: 'newFile', text: 'x', language: '' },
    { type: 'openLink', href: 'https://example.com' },
  ];
  for (const message of validMessages) {
    it(`accepts the message ${JSON.stringify(message)}`, () => assert.equal(isToHost(message), true));
  }

  const invalidMessages: readonly unknown[] = [
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
    { type: 'askSuggestion' },
    { type: 'demo' },
    { type: 'demo', act: 'leave' },
    { type: 'demo', act: 'toString' },
    { type: 'send', prompt: 'Hi', more: true },
    { type: 'action', exchangeId: 'e' },
    { type: 'action', exchangeId: 1, action: 'retryNow' },
    { type: 'action', exchangeId: 'e', action: 'valueOf' },
    { type: 'action', exchangeId: 'e', action: 'stop' },
    { type: 'stop' },
    { type: 'stop', exchangeId: 1 },
    { type: 'copy' },
    { type: 'copyRequest' },
    { type: 'insert', text: 1 },
    { type: 'apply', text: 'x' },
    { type: 'edit', exchangeId: 'e' },
    { type: 'edit', exchangeId: 'e', prompt: '\n' },
    { type: 'edit', prompt: 'Hi' },
    { type: 'regenerate', exchangeId: 'e' },
    { type: 'regenerate', exchangeId: 'e', switchModel: 'yes' },
    { type: 'regenerate', switchModel: true },
    { type: 'showVersion' },
    { type: 'suggestContext', query: 'a' },
    { type: 'suggestContext', request: '1', query: 'a' },
    { type: 'suggestContext', request: 1 },
    { type: 'attach' },
    { type: 'detach', id: 1 },
    { type: 'restoreContext' },
    { type: 'restoreContext', ids: 'a' },
    { type: 'restoreContext', ids: ['a', 1] },
    { type: 'newFile', text: 'x' },
    { type: 'newFile', language: 'ts' },
    { type: 'openLink', href: {} },
    { type: 'keepBackup' },
    { type: 'removeBackup', origin: 1 },
  ];
  for (const message of invalidMessages) {
    it(`rejects the message ${JSON.stringify(message)}`, () => assert.equal(isToHost(message), false));
  }
});

describe('validation of the saved state of a page', () => {
  for (const state of [{ conversationId: 'c' }, { conversationId: 'c', draft: 'of an earlier version' }]) {
    it(`accepts the state ${JSON.stringify(state)}`, () => assert.equal(isPanelState(state), true));
  }
  for (const state of [undefined, null, 'c', {}, { conversationId: 1 }]) {
    it(`rejects the state ${JSON.stringify(state)}`, () => assert.equal(isPanelState(state), false));
  }
});
