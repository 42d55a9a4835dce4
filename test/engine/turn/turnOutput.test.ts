import assert from 'node:assert/strict';
import type { Attempt } from '../../../src/engine/http/attempt';
import type { Usage } from '../../../src/engine/events';
import { TurnOutput } from '../../../src/engine/turn/turnOutput';
import { VirtualClock } from '../../support/virtualClock';

/** An attempt that has ended with this usage. */
function ended(usage: Usage): Attempt {
  const account = { ms: 1, firstTokenMs: undefined, bytes: 1, chars: 1, usage };
  return { takeAccount: () => account } as unknown as Attempt;
}

describe('the usage of a turn', () => {
  it('is the sum of its attempts, each kind of token for itself', async () => {
    const output = new TurnOutput(new VirtualClock(), () => undefined);
    output.ended(ended({ promptTokens: 1, completionTokens: 20, totalTokens: 300 }), 'abandoned');
    output.ended(ended({ promptTokens: 2, completionTokens: 30, totalTokens: 400 }), 'finished');
    output.events.close();
    const sums: Usage[] = [];
    for await (const event of output.events) {
      if (event.type !== 'usage') continue;
      const { promptTokens, completionTokens, totalTokens } = event;
      sums.push({ promptTokens, completionTokens, totalTokens });
    }
    assert.deepEqual(sums, [
      { promptTokens: 1, completionTokens: 20, totalTokens: 300 },
      { promptTokens: 3, completionTokens: 50, totalTokens: 700 },
    ]);
  });
});
