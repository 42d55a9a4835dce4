import assert from 'node:assert/strict';
import type { Script, Step } from '../../support/testGateway';
import { demoModels, demoScript } from '../../../src/demo/scenarios';
import { demoSettings } from '../../../src/host/demo/demoSettings';
import { WireFixture, wireKey } from '../../engine/wire/wireFixture';
import { summarizeTurn } from '../../engine/wire/turnSummary';
import type { WireTurn } from '../../engine/wire/wireTurn';
import { valuesOf } from '../../support/valuesOf';

/** Expected events of each scenario, without the rows of the fault table and without numbers of characters. */
const stories: readonly (readonly [model: string, story: string])[] = [
  ['demo-rate-limit', '429 → waiting server 5000 rate-limit → retry → 200 → text → done stop, answer'],
  [
    'demo-overload',
    '503 → waiting backoff overloaded → retry → 529 → waiting backoff overloaded → retry → 503 → model demo-steady → switch → 200 → text → done stop, answer',
  ],
  [
    'demo-stall',
    '200 → text → cut stalled → waiting backoff stalled → resume (continue) → 200 → joined continue, 24 dropped → text → done stop, answer',
  ],
  [
    'demo-cut',
    '200 → text → cut connection → waiting backoff connection → resume (continue) → 200 → joined continue, 24 dropped → text → done stop, answer',
  ],
  ['demo-no-credit', '402 → failed credit [openBilling switchModel retryNow]'],
  ['demo-gateway-down', 'replay → gateway switch (connection) → switch → 200 → text → done stop, answer'],
];

/** Returns the script without the pauses between its deltas, which would take seconds of real time. */
function withoutPauses(script: Script): Script {
  return async function* (request): AsyncIterable<Step> {
    for await (const step of script(request)) if (!('waitMs' in step)) yield step;
  };
}

/** Runs the scenario of a model, with a second gateway as the backup gateway. */
async function demoTurn(model: string): Promise<WireTurn> {
  const steps = demoScript();
  const script = withoutPauses(({ json }) => steps(json));
  const replies = (): [Script] => [script];
  const request = { model };
  const stage = new WireFixture({ replies, request, settings: demoSettings, timePassesDuringRequests: true });
  try {
    await stage.open();
    if (demoModels.find(({ id }) => id === model)?.hasBackupGateway) {
      const { baseUrl } = await stage.listen({ script });
      stage.connection = { ...stage.connection, backups: [{ baseUrl, apiKey: wireKey }] };
    }
    const run = stage.ask();
    await run.finished;
    return run;
  } finally {
    await stage.close();
  }
}

describe('scenarios of the demo tour', () => {
  // The client is loaded in advance, because loading takes longer than a scenario.
  before(() => import('../../../src/engine/http/sdk'));

  it('are exactly six, in a fixed order', () => {
    assert.deepEqual(
      valuesOf(
        demoModels.filter(({ description }) => description !== undefined),
        'id',
      ),
      stories.map(([model]) => model),
    );
  });

  for (const [model, story] of stories) {
    it(`have the retries and faults that the tour describes: ${model}`, async () => {
      const actual = summarizeTurn((await demoTurn(model)).events);
      const withoutNumbers = actual.replace(/row \S+ → /g, '').replace(/\d+ characters/, 'answer');
      assert.equal(withoutNumbers, story);
    });
  }

  it('include a stream that is abandoned after six seconds without data', async () => {
    const { events } = await demoTurn('demo-stall');
    const text = events.findLast(({ type, attempt }) => type === 'text' && attempt === 1);
    const ended = events.find(({ type, attempt }) => type === 'ended' && attempt === 1);
    assert.ok(text && ended);
    const silentMs = ended.at - text.at;
    assert.ok(silentMs >= 5900 && silentMs <= 6100, `${silentMs} ms`);
  });
});
