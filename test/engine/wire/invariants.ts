import assert from 'node:assert/strict';
import { isTerminal } from '../../../src/engine/events';
import { wireKey, type Stage } from './stage';
import type { WireRun } from './wireRun';

/** What holds for every turn, whatever happened to it. */
export async function assertInvariants(stage: Stage): Promise<void> {
  for (const run of stage.runs) assertRun(run);
  assert.ok(!JSON.stringify([stage.runs.map(({ events }) => events), stage.log]).includes(wireKey), 'the key leaks');
  await Promise.all(stage.gateway.requests.map(({ closed }) => closed));
}

function assertRun(run: WireRun): void {
  const { events, terminal, troubles } = run;
  assert.deepEqual(troubles, []);
  assert.ok(terminal, 'the turn has no terminal event');
  assert.deepEqual([events.filter(isTerminal).length, events.at(-1)], [1, terminal], 'the terminal is the last event');
  assert.equal(run.shownText, terminal.text, 'the terminal has the text that was shown');
  const attempts = run.of('attempt').map(({ attempt }) => attempt);
  assert.deepEqual(
    attempts,
    [...attempts.keys()].map((index) => index + 1),
    'attempts are counted from 1',
  );
  assert.equal(run.of('ended').length, attempts.length, 'every attempt ends, once');
  for (const { delayMs, until, hintMs, actions } of run.of('waiting')) {
    assert.ok(actions.includes('retryNow'), 'every wait can be cut short');
    assert.ok(Number.isFinite(delayMs) && Number.isFinite(until), 'every wait has an end');
    assert.ok(hintMs === undefined || delayMs >= hintMs, 'the server is never asked too early');
  }
}
