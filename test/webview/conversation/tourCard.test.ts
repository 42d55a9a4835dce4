import assert from 'node:assert/strict';
import type { TourStep } from '../../../src/shared/protocol';
import { connected, exchange, usePage, type PanelPage } from '../panel/support/panelPage';

const connection = { ...connected, set: 'demo' } as const;

const skip = { act: 'skip', label: 'Skip' } as const;
const first: TourStep = {
  heading: 'Next: Rate limited (1 of 6)',
  text: 'Watch the countdown.',
  offers: [{ act: 'next', label: 'Run it' }, skip],
};
const running: TourStep = { heading: '1 of 6 · Rate limited…', offers: [skip] };
const second: TourStep = { ...first, heading: 'Next: Overloaded (2 of 6)' };
const finished: TourStep = { heading: "You've seen everything.", offers: [] };

describe('offline demo in the panel', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened));

  const card = (): Element | null => page.root.querySelector('section[aria-label="Offline demo"]');
  const names = (): (string | null)[] => [...card()!.querySelectorAll('button')].map(({ textContent }) => textContent);

  it('shows the current step of the tour in a card', () => {
    page.snapshot([], { connection, tourStep: first });
    assert.ok(page.root.textContent.includes('No key or network needed.'));
    for (const part of [first.heading, 'Watch the countdown.']) assert.ok(card()!.textContent.includes(part), part);
  });

  it('posts a message to the host for each button of its card', () => {
    page.snapshot([], { connection, tourStep: first });
    for (const name of ['Run it', 'Skip', 'Leave the demo']) page.click(name);
    assert.deepEqual(page.posted, [
      { type: 'tour', act: 'next' },
      { type: 'tour', act: 'skip' },
      { type: 'leaveTour' },
    ]);
  });

  it('moves its card above the composer when the first prompt is sent, without losing the focus in the card', () => {
    page.snapshot([], { connection, tourStep: first });
    assert.ok(page.one('log').contains(card()));
    page.one('button', 'Run it').focus();
    page.receive({ type: 'tourStep', tourStep: running });
    page.add('a', { set: 'demo' });
    assert.ok(!page.one('log').contains(card()));
    assert.equal(page.window.document.activeElement, page.one('button', 'Skip'));
    page.receive({ type: 'tourStep', tourStep: second });
    assert.equal(page.window.document.activeElement, page.one('button', 'Run it'));
  });

  it('offers *Set API key* at the end of the tour only if the user has no key', () => {
    page.snapshot([exchange('a', { set: 'demo' })], {
      connection: { ...connection, hasKey: false },
      tourStep: finished,
    });
    assert.deepEqual(names(), ['Set API key', 'Leave the demo']);
    page.click('Set API key');
    assert.deepEqual(page.posted, [{ type: 'setApiKey' }]);
    page.receive({ type: 'connection', connection, suggestions: [] });
    assert.deepEqual(names(), ['Leave the demo']);
  });

  it('does not take the focus from the composer when the step of the tour changes', () => {
    page.snapshot([], { connection, tourStep: first });
    page.one('textbox', 'Prompt').focus();
    page.receive({ type: 'tourStep', tourStep: second });
    assert.equal(page.window.document.activeElement, page.one('textbox', 'Prompt'));
  });

  it('announces each new step of the tour, but not the start of the step', () => {
    page.snapshot([], { connection, tourStep: first });
    const step = card()!.querySelector('[aria-live="polite"]')!;
    page.receive({ type: 'tourStep', tourStep: running });
    assert.equal(step.getAttribute('aria-live'), 'off');
    page.receive({ type: 'tourStep', tourStep: second });
    assert.equal(step.getAttribute('aria-live'), 'polite');
    assert.ok(step.textContent.includes(second.heading));
  });

  it('moves the focus from its card to the composer when the demo ends', () => {
    page.snapshot([], { connection, tourStep: first });
    page.one('button', 'Leave the demo').focus();
    page.receive({ type: 'connection', connection: connected, suggestions: [] });
    assert.equal(card(), null);
    assert.equal(page.window.document.activeElement, page.one('textbox', 'Prompt'));
  });

  it('marks the demo answers even after the demo has ended', () => {
    page.snapshot([exchange('a', { set: 'demo' }), exchange('b')], { connection: connected });
    const marks = page.all('article', 'Assistant').map((article) => article.querySelector('.badge')?.textContent);
    assert.deepEqual(marks, ['Offline demo', undefined]);
  });
});
