import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import { initialTurn, reduceTurn } from '../../../src/shared/protocol';
import { ev } from './support/events';
import { exchange, PanelPage } from './support/panelPage';
import { valuesOf } from '../../support/valuesOf';

/** Events of a turn, of most types. */
const turnEvents: readonly StreamEvent[] = [
  ev.attempt(),
  ev.headers(),
  ev.reasoning('Let me see'),
  ev.text('One '),
  ev.text('two '),
  ev.cut(),
  ev.waiting({ status: 503, requestId: 'req_1', source: 'server', hintMs: 4000 }),
  { type: 'model', attempt: 2, at: 4000, from: 'gpt-4o', to: 'deepseek-v3', reason: 'user' },
  ev.attempt({ attempt: 2, why: 'resume', model: 'deepseek-v3', at: 5200 }),
  ev.resumed(),
  ev.text('three'),
  ev.toolCall({ name: 'readFile' }),
  ev.ended({ how: 'stalled' }),
  ev.replaced('Another answer'),
  ev.text(', longer'),
  ev.usage(),
];
const endings: Readonly<Record<string, StreamEvent>> = {
  done: ev.done('Another answer, longer'),
  stopped: ev.stopped('Another answer, longer'),
  failed: ev.failed({ text: 'Another answer, longer', detail: 'words' }),
};

describe('panel restored in the middle of a turn', () => {
  afterEach(() => PanelPage.closeAll());

  const htmlAfter = (replayed: readonly StreamEvent[], live: readonly StreamEvent[]): string => {
    const page = new PanelPage();
    page.snapshot([exchange('a', { state: replayed.reduce(reduceTurn, initialTurn) })]);
    for (const event of live) page.events('a', event);
    // A snapshot and live events lead to different estimates of the height while the browser does not render the exchange.
    page.root.querySelector('.exchange')?.removeAttribute('style');
    const html = page.one('log').outerHTML;
    page.dispose();
    return html;
  };

  for (const [index, event] of turnEvents.entries()) {
    it(`looks the same after a snapshot as after the live events up to event ${index} (${event.type})`, () => {
      const events = turnEvents.slice(0, index + 1);
      assert.equal(htmlAfter(events, []), htmlAfter([], events));
    });
  }

  for (const [name, end] of Object.entries(endings)) {
    const events = [...turnEvents, end];
    for (const count of [1, 6, 8, 12, events.length]) {
      it(`looks the same at the end of a turn (${name}) whether the first ${count} of its events came in a snapshot or live`, () => {
        assert.equal(htmlAfter(events.slice(0, count), events.slice(count)), htmlAfter([], events));
      });
    }
  }

  it('shows only the exchanges of the latest snapshot', () => {
    const page = new PanelPage();
    page.snapshot([exchange('a'), exchange('b')]);
    page.snapshot([exchange('c')], { conversationId: 'c2' });
    assert.deepEqual(valuesOf([...page.root.querySelectorAll('[data-part="prompt"]')], 'textContent'), ['prompt c']);
    assert.equal(page.state?.conversationId, 'c2');
  });

  it("ignores events of exchanges that the page doesn't show", () => {
    const page = new PanelPage();
    page.snapshot([exchange('a')]);
    page.events('gone', ev.attempt(), ev.text('ghost'));
    assert.equal(page.root.textContent.includes('ghost'), false);
  });
});
