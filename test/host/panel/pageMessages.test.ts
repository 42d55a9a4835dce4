import assert from 'node:assert/strict';
import { isFromHealthPage, isPanelState, isToHost } from '../../../src/shared/pageMessages';

const isEach = (messages: readonly unknown[], expected: boolean): void =>
  assert.deepEqual(
    messages.filter((message) => isToHost(message) !== expected),
    [],
  );

describe('validation of messages from the conversation page', () => {
  it('accepts a message with all its fields', () => {
    isEach(
      [
        { type: 'ready' },
        { type: 'send', prompt: 'Hi' },
        { type: 'send', prompt: 'Hi', more: { prompt: 'Hi' } },
        { type: 'tour', act: 'skip' },
        { type: 'action', answerId: 'e', action: 'tryAnyway' },
        { type: 'regenerate', answerId: 'e', model: 'gpt-4o' },
        { type: 'comparePrompt', prompt: '', models: ['a', 'b'] },
        { type: 'suggestContext', request: 1, query: '' },
        { type: 'restoreContext', ids: ['a', 'b'] },
        { type: 'copy', text: '' },
        { type: 'newFile', text: 'x', language: '' },
      ],
      true,
    );
  });

  it('rejects an unknown message', () => {
    isEach([undefined, null, 'ready', [], {}, { type: 1 }, { type: 'toString' }, { type: 'constructor' }], false);
  });

  it('rejects a message with a missing or invalid field', () => {
    isEach(
      [
        { type: 'send' },
        { type: 'send', prompt: ' ' },
        { type: 'send', prompt: ['Hi'] },
        { type: 'send', prompt: 'Hi', more: true },
        { type: 'tour', act: 'leave' },
        { type: 'comparePrompt', prompt: 'Hi', models: 'gpt-4o' },
        { type: 'comparePrompt', prompt: 'Hi', models: [] },
        { type: 'comparePrompt', prompt: 'Hi', models: ['a'] },
        { type: 'comparePrompt', prompt: 'Hi', models: ['a', ''] },
        { type: 'comparePrompt', prompt: 'Hi', models: ['a', 'a'] },
        { type: 'comparePrompt', prompt: 'Hi', models: ['a', 'b', 'c', 'd', 'e'] },
        { type: 'tour', act: 'toString' },
        { type: 'action', answerId: 1, action: 'retryNow' },
        { type: 'action', answerId: 'e', action: 'valueOf' },
        { type: 'action', answerId: 'e', action: 'stop' },
        { type: 'stop', answerId: 1 },
        { type: 'edit', exchangeId: 'e', prompt: '\n' },
        { type: 'switchModel', answerId: 'e', model: '' },
        { type: 'regenerate', answerId: 'e', model: true },
        { type: 'regenerate', answerId: 'e', model: '' },
        { type: 'suggestContext', request: '1', query: 'a' },
        { type: 'restoreContext', ids: ['a', 1] },
        { type: 'newFile', text: 'x' },
        { type: 'openLink', href: {} },
      ],
      false,
    );
  });
});

describe('validation of the saved state of a page', () => {
  it('accepts only a state with the id of a conversation', () => {
    const states = [{ conversationId: 'c' }, undefined, null, 'c', {}, { conversationId: 1 }];
    assert.deepEqual(states.filter(isPanelState), [states[0]]);
  });
});

describe('validation of messages from the page of usage and health', () => {
  for (const message of [{ type: 'ready' }, { type: 'clear' }, { type: 'testConnection' }]) {
    it(`accepts ${JSON.stringify(message)}`, () => assert.equal(isFromHealthPage(message), true));
  }

  for (const message of [undefined, null, 'ready', [], {}, { type: ['ready'] }, { type: 'send' }]) {
    it(`rejects ${JSON.stringify(message)}`, () => assert.equal(isFromHealthPage(message), false));
  }
});
