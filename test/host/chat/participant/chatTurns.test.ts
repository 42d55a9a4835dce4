import assert from 'node:assert/strict';
import { ChatTurns } from '../../../../src/host/chat/participant/chatTurns';
import { ScriptedTurn } from '../../conversation/scriptedEngine';

const turn = new ScriptedTurn({ model: 'm', messages: [], temperature: 0, maxTokens: 1 }, undefined);

describe('the turns of the chat', () => {
  let turns: ChatTurns;
  beforeEach(() => {
    turns = new ChatTurns();
  });

  it('are old when something else has been asked since', () => {
    turns.start('a', turn, false);
    turns.end('a');
    assert.deepEqual([turns.isSuperseded('a'), turns.isLast('a')], [false, true]);
    turns.start('b', turn, false);
    assert.deepEqual([turns.isSuperseded('a'), turns.isLast('a')], [true, false]);
  });

  it('are not called old where nothing has been asked since a reload', () => {
    assert.deepEqual([turns.isSuperseded('before'), turns.isLast('before')], [false, false]);
  });

  describe('that are asked anyway', () => {
    it('are so once, also when the request is there before the command has returned', async () => {
      let taken: boolean | undefined;
      await turns.tryAnywayNext(() => {
        taken = turns.consumeTryAnyway();
        return Promise.resolve();
      });
      assert.deepEqual([taken, turns.consumeTryAnyway()], [true, false]);
    });

    it('are so when the request comes after the command', async () => {
      await turns.tryAnywayNext(() => Promise.resolve());
      assert.deepEqual([turns.consumeTryAnyway(), turns.consumeTryAnyway()], [true, false]);
    });

    it('leave nothing to the next question when the chat could not be asked', async () => {
      await assert.rejects(turns.tryAnywayNext(() => Promise.reject(new Error('no chat'))));
      assert.equal(turns.consumeTryAnyway(), false);
    });
  });
});
