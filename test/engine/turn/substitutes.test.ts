import assert from 'node:assert/strict';
import { backup, primary, Gateways, switches } from '../../support/engineGateways';
import { answering, cutAfter, status } from '../../support/scriptedFetch';

const partial = 'The sheep graze on the hill while the wind ';
const remainder = 'goes over the grass.';

describe('substitute model of a backup gateway', () => {
  it('continues a partial answer when the chosen model is overloaded', async () => {
    const substituting = { ...backup, models: new Map([['*', 'llama3']]) };
    const gateways = new Gateways(
      { primary: [cutAfter(partial), status(503)], backup: [answering(remainder)] },
      { gateways: [primary, substituting], settings: { continueWithFallback: 'auto' } },
    );
    const run = await gateways.ask({ request: { model: 'claude-sonnet-4' } }).toEnd();
    assert.equal(run.last('done').text, partial + remainder);
    assert.deepEqual(switches(run), ['primary → backup (overloaded)']);
    assert.deepEqual(
      run.of('model').map(({ from, to, reason }) => [from, to, reason]),
      [['claude-sonnet-4', 'llama3', 'overloaded']],
    );
  });
});
