import assert from 'node:assert/strict';
import type { Localize } from '../../../../src/engine/engine';
import { chatFollowups } from '../../../../src/host/chat/participant/chatActions';
import type { ChatMetadata } from '../../../../src/host/chat/participant/chatMetadata';

const localize: Localize = (message, args = {}) => message.replace('{0}', String(args[0]));
const code = { label: 'a.ts:1-2', uri: 'file:///a.ts', range: [0, 0, 1, 0] } as const;
const offered = (metadata: ChatMetadata): readonly string[] =>
  chatFollowups(metadata, localize).map(({ prompt, command }) => (command ? `/${command} ${prompt}` : prompt));

describe('the follow-ups of the chat', () => {
  it('offer fix and tests for code that was explained, and tests for code that was fixed', () => {
    assert.deepEqual(offered({ state: 'done', command: 'explain', code }), ['/fix a.ts:1-2', '/tests a.ts:1-2']);
    assert.deepEqual(offered({ state: 'done', command: 'fix', code }), ['/tests a.ts:1-2']);
    assert.deepEqual(offered({ state: 'done', command: 'tests', code }), []);
    assert.deepEqual(offered({ state: 'done' }), []);
  });

  it('offer to go on with what is not whole', () => {
    assert.deepEqual(offered({ state: 'length', hasText: true }), ['Continue']);
    assert.deepEqual(offered({ state: 'failed', hasText: true }), ['Continue', 'Ask again']);
    assert.deepEqual(offered({ state: 'stopped', hasText: false }), ['Ask again']);
  });

  it('leave the command of the turn before', () => {
    assert.equal(chatFollowups({ state: 'length' }, localize)[0]?.command, '');
  });

  it('are none where we have said something ourselves, or the result is not ours', () => {
    assert.deepEqual(offered({ state: 'note' }), []);
    assert.deepEqual(chatFollowups(undefined, localize), []);
  });
});
