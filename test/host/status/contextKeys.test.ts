import assert from 'node:assert/strict';
import { initialTurn } from '../../../src/engine/state/turnState';
import type { Exchange } from '../../../src/host/journal/exchange';
import { ContextKeys, type Turns as AllTurns } from '../../../src/host/status/activity';

type Turns = Pick<AllTurns, 'current' | 'running'>;

const exchange: Exchange = { id: 'e', prompt: 'Hi', queued: false, state: { ...initialTurn, phase: 'done' } };
const noConversation: Turns = { current: undefined, running: undefined };
const emptyConversation: Turns = {
  current: { activeExchange: undefined, lastExchange: undefined },
  running: undefined,
};
const answered: Turns = { current: { activeExchange: undefined, lastExchange: exchange }, running: undefined };

describe('context key holysheep.hasConversation', () => {
  it('is set once when the current conversation gets its first exchange or becomes empty', () => {
    const changes: (readonly [string, boolean])[] = [];
    const keys = new ContextKeys((...change) => changes.push(change));
    for (const turns of [noConversation, emptyConversation, answered, answered, emptyConversation]) keys.update(turns);
    assert.deepEqual(changes, [
      ['holysheep.hasConversation', true],
      ['holysheep.hasConversation', false],
    ]);
  });
});
