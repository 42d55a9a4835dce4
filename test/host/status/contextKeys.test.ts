import assert from 'node:assert/strict';
import { initialTurn } from '../../../src/engine/state/turnState';
import type { Exchange } from '../../../src/host/conversation/exchange';
import { ContextKeys, type Turns as AllTurns } from '../../../src/host/status/activity';

type Turns = Pick<AllTurns, 'current' | 'running'>;

const exchange: Exchange = { id: 'e', prompt: 'Hi', queued: false, state: { ...initialTurn, phase: 'done' } };
const none: Turns = { current: undefined, running: undefined };
const blank: Turns = { current: { activeExchange: undefined, lastExchange: undefined }, running: undefined };
const answered: Turns = { current: { activeExchange: undefined, lastExchange: exchange }, running: undefined };

describe('ContextKeys', () => {
  it('say whether there is a conversation to be named, exported and deleted, once for each change', () => {
    const set: (readonly [string, boolean])[] = [];
    const keys = new ContextKeys((...change) => set.push(change));
    for (const turns of [none, blank, answered, answered, blank]) keys.update(turns);
    assert.deepEqual(set, [
      ['holysheep.hasConversation', true],
      ['holysheep.hasConversation', false],
    ]);
  });
});
