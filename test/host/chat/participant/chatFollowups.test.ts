import assert from 'node:assert/strict';
import type * as ChatIntent from '../../../../src/host/chat/participant/chatIntent';
import type { ChatMetadata } from '../../../../src/host/chat/participant/chatMetadata';
import { englishL10n, useVSCode } from '../../../support/fakeVSCode';

let chatFollowups: typeof ChatIntent.chatFollowups;
const code = { label: 'a.ts:1-2', uri: 'file:///a.ts', range: [0, 0, 1, 0] } as const;
const followups = (metadata: ChatMetadata): readonly string[] =>
  chatFollowups(metadata).map(({ prompt, command }) => (command ? `/${command} ${prompt}` : prompt));

describe("follow-up suggestions in VS Code's chat", () => {
  useVSCode({ l10n: englishL10n });
  before(async () => {
    ({ chatFollowups } = await import('../../../../src/host/chat/participant/chatIntent'));
  });

  it('offer /fix and /tests after /explain', () => {
    assert.deepEqual(followups({ state: 'done', command: 'explain', code }), ['/fix a.ts:1-2', '/tests a.ts:1-2']);
  });

  it('offer only /tests after /fix', () => {
    assert.deepEqual(followups({ state: 'done', command: 'fix', code }), ['/tests a.ts:1-2']);
  });

  it('are empty after /tests, and after a complete answer without a command', () => {
    assert.deepEqual(followups({ state: 'done', command: 'tests', code }), []);
    assert.deepEqual(followups({ state: 'done' }), []);
  });

  it('offer only "Continue" after an answer that reached the token limit', () => {
    assert.deepEqual(followups({ state: 'length', hasText: true }), ['Continue']);
  });

  it('offer "Continue" and "Ask again" after an answer that failed partway', () => {
    assert.deepEqual(followups({ state: 'failed', hasText: true }), ['Continue', 'Ask again']);
  });

  it('offer only "Ask again" after an answer that was stopped before any text arrived', () => {
    assert.deepEqual(followups({ state: 'stopped', hasText: false }), ['Ask again']);
  });

  it('have an empty command, because VS Code would otherwise repeat the previous command', () => {
    assert.equal(chatFollowups({ state: 'length' })[0]?.command, '');
  });

  it('are empty after a response that contains only a message of the extension', () => {
    assert.deepEqual(followups({ state: 'note' }), []);
  });

  it('are empty after a response without metadata', () => {
    assert.deepEqual(chatFollowups(undefined), []);
  });
});
