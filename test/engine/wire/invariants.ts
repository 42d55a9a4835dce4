import assert from 'node:assert/strict';
import { isTerminal } from '../../../src/engine/events/events';
import { wireKey, type WireFixture } from './wireFixture';
import type { WireTurn } from './wireTurn';

/** Checks what must hold for every turn, whatever faults it had. */
export async function assertInvariants(fixture: WireFixture): Promise<void> {
  for (const turn of fixture.turns) assertTurn(turn);
  assert.ok(
    !JSON.stringify([fixture.turns.map(({ events }) => events), fixture.log]).includes(wireKey),
    'the API key is in an event or the log',
  );
  await Promise.all(fixture.gateway.requests.map(({ closed }) => closed));
}

function assertTurn(turn: WireTurn): void {
  const { events, terminal, hookErrors } = turn;
  assert.deepEqual(hookErrors, []);
  assert.ok(terminal, 'the turn has no terminal event');
  assert.deepEqual(
    [events.filter(isTerminal).length, events.at(-1)],
    [1, terminal],
    'the only terminal event is the last event',
  );
  assert.equal(turn.visibleText, terminal.text, 'the terminal event has the visible text');
  const attempts = turn.eventsOf('attempt').map(({ attempt }) => attempt);
  assert.deepEqual(
    attempts,
    [...attempts.keys()].map((index) => index + 1),
    'attempts are counted from 1',
  );
  assert.equal(turn.eventsOf('ended').length, attempts.length, 'every attempt ends once');
  for (const { delayMs, until, hintMs, actions } of turn.eventsOf('waiting')) {
    assert.ok(actions.includes('retryNow'), 'every wait offers Retry now');
    assert.ok(Number.isFinite(delayMs) && Number.isFinite(until), 'every wait has a finite length');
    assert.ok(hintMs === undefined || delayMs >= hintMs, 'no wait is shorter than the retry-after');
  }
}
