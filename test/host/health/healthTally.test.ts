import assert from 'node:assert/strict';
import {
  condense,
  daysUntil,
  hourMs,
  hoursUntil,
  startOfDay,
  talliesOf,
  type HealthTally,
} from '../../../src/host/health/healthTally';
import { percentile } from '../../../src/host/health/histogram';
import { entry, failedEntry, noon, origin, turn, wait } from './records';

const only = (tallies: readonly HealthTally[]): HealthTally => {
  assert.equal(tallies.length, 1);
  return tallies[0]!;
};

describe('tallies of a turn', () => {
  it('count a complete answer with its time to the first token, its speed and its tokens', () => {
    const ended = { how: 'finished', ms: 3000, firstTokenMs: 1000, bytes: 1, chars: 1 } as const;
    const tally = only(talliesOf(turn(entry({ ended: { ...ended, promptTokens: 7, completionTokens: 100 } }))));
    assert.deepEqual(
      [tally.origin, tally.model, tally.at, tally.attempts, tally.complete, tally.promptTokens, tally.completionTokens],
      [origin, 'gpt-4o', noon - hourMs / 2, 1, 1, 7, 100],
    );
    assert.ok(Math.abs((percentile(tally.firstTokenMs, 0.5) ?? 0) / 1000 - 1) < 0.1);
    assert.ok(Math.abs((percentile(tally.tokensPerMinute, 0.5) ?? 0) / 3000 - 1) < 0.1);
    assert.deepEqual([tally.faults, tally.cuts, tally.resumes, tally.waitedMs], [{}, 0, 0, 0]);
  });

  it('count the fault of each attempt for its own model and route', () => {
    const other = { origin: 'https://other.test', model: 'other' };
    assert.deepEqual(
      talliesOf(turn(failedEntry(), entry(other))).map((tally) => [
        tally.origin,
        tally.model,
        tally.faults,
        tally.complete,
      ]),
      [
        [origin, 'gpt-4o', { 'rate-limit': 1 }, 0],
        [other.origin, other.model, {}, 1],
      ],
    );
  });

  it('count a stream that broke, and the attempt that resumed the answer', () => {
    const broken = { how: 'connection', ms: 2000, firstTokenMs: 300, bytes: 10, chars: 5 } as const;
    const tallies = talliesOf(turn(entry({ ended: broken }), entry({ why: 'resume', how: 'continue' })));
    assert.deepEqual(
      tallies.map(({ faults, cuts, resumes, complete }) => [faults, cuts, resumes, complete]),
      [
        [{ connection: 1 }, 1, 0, 0],
        [{}, 0, 1, 1],
      ],
    );
  });

  it('count neither a success nor a fault for attempts that were stopped or abandoned', () => {
    for (const how of ['stopped', 'abandoned'] as const) {
      const tally = only(talliesOf(turn(entry({ ended: { how, ms: 1, bytes: 0, chars: 0 } }))));
      assert.deepEqual([tally.attempts, tally.complete, tally.faults], [1, 0, {}]);
    }
  });

  it('count no fault when the gateway refused a parameter and accepted the corrected request', () => {
    const refused = failedEntry({ ended: { how: 'request', ms: 1, bytes: 1, chars: 0 } });
    assert.deepEqual(
      talliesOf(turn(refused, entry({ why: 'repair' }))).map(({ faults }) => faults),
      [{}, {}],
    );
  });

  it('add each wait to the attempt before it, and the first wait to the first attempt', () => {
    const tallies = talliesOf({
      ...turn(failedEntry({ waits: [wait(1)] }), failedEntry({ model: 'b', waits: [wait(20), wait(300)] })),
      waits: [wait(4000)],
    });
    assert.deepEqual(
      tallies.map(({ waitedMs }) => waitedMs),
      [321, 4000],
    );
  });

  it('omit the speed of an answer that arrived all at once, and of an answer without a number of tokens', () => {
    for (const ended of [{ ms: 1100, completionTokens: 50 }, { ms: 3000 }]) {
      const attempt = { how: 'finished', firstTokenMs: 1000, bytes: 1, chars: 1, ...ended } as const;
      assert.equal(only(talliesOf(turn(entry({ ended: attempt })))).tokensPerMinute.size, 0);
    }
  });

  it('are empty when no request was sent', () => {
    assert.deepEqual(talliesOf(turn()), []);
  });
});

describe('condensed tallies', () => {
  const tallyAt = (time: number, model = 'm'): HealthTally => only(talliesOf(turn(entry({ time, model }))));
  const condensed = (...tallies: readonly HealthTally[]): readonly HealthTally[] => [
    ...condense(tallies, noon).values(),
  ];

  it('are kept by hour for 24 hours', () => {
    const hours = hoursUntil(noon);
    assert.deepEqual([hours.length, hours[23]], [24, noon - hourMs / 2]);
    const times = [noon, noon - 10, noon - hourMs, noon - 23 * hourMs];
    assert.deepEqual(
      condensed(...times.map((time) => tallyAt(time))).map(({ at, attempts }) => [at, attempts]),
      [
        [hours[23], 2],
        [hours[22], 1],
        [hours[0], 1],
      ],
    );
  });

  it('are joined by day after 24 hours', () => {
    const times = [24, 25, 26, 48].map((hours) => noon - hours * hourMs);
    assert.deepEqual(
      condensed(...times.map((time) => tallyAt(time))).map(({ at, attempts }) => [at, attempts]),
      [
        [startOfDay(noon - 24 * hourMs), 3],
        [startOfDay(noon - 48 * hourMs), 1],
      ],
    );
  });

  it('expire after 14 days', () => {
    const days = daysUntil(noon);
    const [firstDay = 0] = days;
    assert.equal(days.length, 14);
    assert.deepEqual(
      condensed(tallyAt(firstDay + hourMs), tallyAt(firstDay - hourMs)).map(({ at }) => at),
      [firstDay],
    );
  });

  it('are dropped if they lie in the future, because a clock was wrong', () => {
    assert.deepEqual(condensed(tallyAt(noon + 25 * hourMs)), []);
  });

  it('stay unchanged when they are condensed again', () => {
    const tallies = condensed(...[1, 30, 31, 200].map((hours) => tallyAt(noon - hours * hourMs)));
    assert.deepEqual(condensed(...tallies), tallies);
  });

  it('contain only the thirty pairs of a route and a model that were used last', () => {
    const tallies = Array.from({ length: 40 }, (_, number) => tallyAt(noon - number * hourMs, `m${number}`));
    const models = new Set(condensed(...tallies).map(({ model }) => model));
    assert.deepEqual([models.size, models.has('m29'), models.has('m30')], [30, true, false]);
  });
});
