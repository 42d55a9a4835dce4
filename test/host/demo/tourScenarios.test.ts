import assert from 'node:assert/strict';
import { demoModels, fallbackModel } from '../../../src/demo/scenarios';
import { tourSettings } from '../../../src/host/demo/tourSettings';
import { demoTurn, linesOf } from './planned';

const waitsForServer = 'waits 5.3 s, as the server asked for 5 s';

const steps: readonly { readonly model: string; readonly lines: readonly string[] }[] = [
  {
    model: 'demo-rate-limit',
    lines: [
      `Attempt 1: rate limited → ${waitsForServer}`,
      'Attempt 2: answered',
      'Answered: 2 attempts · 5.3 s of waiting',
    ],
  },
  {
    model: 'demo-overload',
    lines: [
      'Attempt 1: overloaded → waits 1.5 s (backoff)',
      'Attempt 2: overloaded → waits 3 s (backoff)',
      'Attempt 3: overloaded → goes on with demo-steady',
      'Attempt 4: answered',
      'Answered: 4 attempts · 4.5 s of waiting',
    ],
  },
  {
    model: 'demo-stall',
    lines: [
      'Attempt 1: stalled after N → waits 0.5 s (backoff) → asks for the rest',
      'Attempt 2: answered',
      'Answered: 2 attempts · 0.5 s of waiting',
    ],
  },
  {
    model: 'demo-cut',
    lines: [
      'Attempt 1: connection lost after N → waits 0.5 s (backoff) → asks for the rest',
      'Attempt 2: answered',
      'Answered: 2 attempts · 0.5 s of waiting',
    ],
  },
  {
    model: 'demo-no-credit',
    lines: [
      'Attempt 1: out of credit',
      'Failed after 0 s: Out of credit at 127.0.0.1. Top up, or switch to a model within your balance.',
    ],
  },
];

describe('the steps of the tour', () => {
  it('are five, in this order', () => {
    assert.deepEqual(
      demoModels.filter(({ watch }) => watch !== undefined).map(({ id }) => id),
      steps.map(({ model }) => model),
    );
  });

  for (const { model, lines } of steps) {
    it(`go as they are announced: ${model}`, async () => {
      const events = await demoTurn(model, tourSettings(fallbackModel));
      const seen = linesOf(events).map((line) => line.replace(/(stalled|lost) after [\d.]+ s/, '$1 after N'));
      assert.deepEqual(seen, lines);
    });
  }

  it('give up a silent stream after six seconds', async () => {
    const events = await demoTurn('demo-stall', tourSettings(fallbackModel));
    const text = events.findLast(({ type, attempt }) => type === 'text' && attempt === 1);
    const ended = events.find(({ type, attempt }) => type === 'ended' && attempt === 1);
    assert.equal(Math.round((ended?.at ?? 0) - (text?.at ?? 0)) <= 6100, true);
  });
});
