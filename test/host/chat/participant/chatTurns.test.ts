import assert from 'node:assert/strict';
import { type ButtonStart, ChatTurns } from '../../../../src/host/chat/participant/chatTurns';
import { ScriptedTurn } from '../../conversation/scriptedEngine';

const turn = new ScriptedTurn({ model: 'm', messages: [], temperature: 0, maxTokens: 1 }, undefined);

describe('tracker of running turns in the chat', () => {
  let turns: ChatTurns;
  beforeEach(() => {
    turns = new ChatTurns();
  });

  it('marks a turn as superseded when a later turn starts', () => {
    turns.start('a', turn, false);
    turns.end('a');
    assert.deepEqual([turns.isSuperseded('a'), turns.isLast('a')], [false, true]);
    turns.start('b', turn, false);
    assert.deepEqual([turns.isSuperseded('a'), turns.isLast('a')], [true, false]);
  });

  it('marks no turn as superseded after a reload', () => {
    assert.deepEqual([turns.isSuperseded('before'), turns.isLast('before')], [false, false]);
  });

  describe('Try anyway button', () => {
    it('ignores the circuit breaker once, even if the request arrives before the command returns', async () => {
      let consumed: ButtonStart | undefined;
      await turns.startNext('tryAnyway', () => {
        consumed = turns.consumeStart();
        return Promise.resolve();
      });
      assert.deepEqual([consumed, turns.consumeStart()], ['tryAnyway', undefined]);
    });

    it('ignores the circuit breaker once when the request arrives after the command returns', async () => {
      await turns.startNext('tryAnyway', () => Promise.resolve());
      assert.deepEqual([turns.consumeStart(), turns.consumeStart()], ['tryAnyway', undefined]);
    });

    it('does not make a later request ignore the circuit breaker when the button’s prompt could not be sent', async () => {
      await assert.rejects(turns.startNext('tryAnyway', () => Promise.reject(new Error('no chat'))));
      assert.equal(turns.consumeStart(), undefined);
    });
  });
});
