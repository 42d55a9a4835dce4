import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events';
import { panelStrings } from '../../../src/shared/panelStrings';
import { initialTurn, reduceTurn, type FaultKind } from '../../../src/shared/protocol';
import { routeText } from '../../../src/webview/turn/turnNotes';
import { ev } from '../panel/support/events';
import { exchange, PanelPage } from '../panel/support/panelPage';

const route = (from: string, to: string, reason: 'user' | FaultKind = 'dns'): StreamEvent =>
  ev.route({ from: `https://${from}.example`, to: `https://${to}.example`, reason });

const noteAfter = (...events: readonly StreamEvent[]): string =>
  routeText(panelStrings, events.reduce(reduceTurn, initialTurn));

describe('note about the route of an answer', () => {
  const reasons = {
    dns: "Sent to backup.example, because api.example couldn't be reached (host not found).",
    timeout: "Sent to backup.example, because api.example couldn't be reached (timed out).",
    tls: "Sent to backup.example, because api.example couldn't be reached (certificate not trusted).",
    gateway: 'Sent to backup.example, because api.example failed (gateway error).',
    overloaded: 'Sent to backup.example, because api.example failed (overloaded).',
    user: 'Switched to backup.example.',
  } as const;
  for (const [reason, note] of Object.entries(reasons)) {
    it(`names the new route and the reason of the switch: ${reason}`, () =>
      assert.equal(noteAfter(ev.attempt(), route('api', 'backup', reason as keyof typeof reasons)), note));
  }

  it('says that a connection was refused, reset or lost', () => {
    const labelOf = (row: number): string =>
      noteAfter(ev.attempt(), ev.route({ reason: 'connection', row })).replace(/.*\((.*)\)\.$/, '$1');
    assert.deepEqual([3, 5, 42].map(labelOf), ['connection refused', 'connection reset', 'connection lost']);
  });

  it('tells two routes with the same host apart by their paths', () => {
    const origin = 'https://api.example';
    const urls = (from: string, to: string): object => ({
      ...{ from: origin, to: origin, fromUrl: `${origin}/${from}/v1`, toUrl: `${origin}/${to}/v1` },
    });
    const [there, back] = [ev.route(urls('a', 'b')), ev.route(urls('b', 'a'))];
    assert.equal(
      noteAfter(ev.attempt(), there),
      "Sent to api.example/b/v1, because api.example/a/v1 couldn't be reached (host not found).",
    );
    assert.equal(noteAfter(ev.attempt(), there, back), '');
  });

  it('contains the port of a route', () => {
    const event = ev.route({ to: 'http://localhost:11434', reason: 'user' });
    assert.equal(noteAfter(ev.attempt(), event), 'Switched to localhost:11434.');
  });

  it('lists several switches in order', () =>
    assert.equal(
      noteAfter(ev.attempt(), route('api', 'b1'), route('b1', 'b2', 'user')),
      "Sent to b1.example, because api.example couldn't be reached (host not found). Switched to b2.example.",
    ));

  it('is empty when the turn has returned to its first route', () =>
    assert.equal(noteAfter(ev.attempt(), route('api', 'b1'), route('b1', 'b2'), route('b2', 'api')), ''));

  it('leaves out the switches after which the turn has returned to an earlier route', () =>
    assert.equal(
      noteAfter(
        ev.attempt(),
        route('api', 'b1', 'user'),
        route('b1', 'b2'),
        route('b2', 'b1'),
        route('b1', 'b3', 'user'),
      ),
      'Switched to b1.example. Switched to b3.example.',
    ));

  it('is empty when the turn failed without an answer', () => {
    assert.equal(noteAfter(ev.attempt(), route('api', 'backup'), ev.failed()), '');
    assert.notEqual(noteAfter(ev.attempt(), route('api', 'backup'), ev.text('Hi'), ev.failed({ text: 'Hi' })), '');
  });

  it('is shown below the answer beside the note about the model', () => {
    const page = new PanelPage();
    page.snapshot([exchange('a')]);
    page.events('a', ev.attempt(), route('api', 'backup', 'user'), ev.text('Hi'), ev.done('Hi'));
    assert.equal(page.part('route')?.textContent, 'Switched to backup.example.');
    assert.equal(page.part('route')?.previousElementSibling, page.part('switch'));
    page.dispose();
  });
});
