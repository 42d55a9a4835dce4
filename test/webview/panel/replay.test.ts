import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events';
import { initialTurn, reduce } from '../../../src/shared/protocol';
import { ev } from './support/events';
import { exchange, PanelPage } from './support/panelPage';

/** Everything that can happen to a turn, in one story. */
const story: readonly StreamEvent[] = [
  ev.attempt(),
  ev.headers(),
  ev.quiet(),
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

describe('a panel that comes back in the middle of a turn', () => {
  const pages: PanelPage[] = [];
  afterEach(() => {
    for (const page of pages.splice(0)) page.dispose();
  });

  const shownAfter = (replayed: readonly StreamEvent[], live: readonly StreamEvent[]): string => {
    const page = new PanelPage();
    pages.push(page);
    page.snapshot([exchange('a', { state: replayed.reduce(reduce, initialTurn) })]);
    for (const event of live) page.events('a', event);
    const html = page.one('log').outerHTML;
    page.dispose();
    return html;
  };

  for (const [length, event] of story.entries()) {
    it(`shows a turn up to event ${length}, ${event.type}, as if it had seen it`, () => {
      const seen = story.slice(0, length + 1);
      assert.equal(shownAfter(seen, []), shownAfter([], seen));
    });
  }

  for (const [name, end] of Object.entries(endings)) {
    const whole = [...story, end];
    for (const cut of [1, 6, 8, 12, whole.length]) {
      it(`goes on to the same ${name} turn after ${cut} events`, () => {
        assert.equal(shownAfter(whole.slice(0, cut), whole.slice(cut)), shownAfter([], whole));
      });
    }
  }

  it('shows the new snapshot alone', () => {
    const page = new PanelPage();
    pages.push(page);
    page.snapshot([exchange('a'), exchange('b')]);
    page.snapshot([exchange('c')], { conversationId: 'c2' });
    assert.deepEqual(
      [...page.root.querySelectorAll('[data-part="prompt"]')].map((prompt) => prompt.textContent),
      ['prompt c'],
    );
    assert.equal(page.state?.conversationId, 'c2');
  });

  it('ignores events of a conversation that is gone', () => {
    const page = new PanelPage();
    pages.push(page);
    page.snapshot([exchange('a')]);
    page.events('gone', ev.attempt(), ev.text('ghost'));
    assert.equal(page.root.textContent.includes('ghost'), false);
  });
});
