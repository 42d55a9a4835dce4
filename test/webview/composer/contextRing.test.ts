import assert from 'node:assert/strict';
import type { ContextPart } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { usePage, type PanelPage } from '../panel/support/panelPage';

describe('ring that shows how full the context window is', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened), []);

  const show = (parts: Readonly<Partial<Record<ContextPart['kind'], number>>>, canSummarize = true): void => {
    const all = Object.entries(parts).map(([kind, tokens]) => ({ kind: kind as ContextPart['kind'], tokens }));
    page.receive({ type: 'contextUse', use: { windowTokens: 200_000, parts: all }, canSummarize });
  };
  const ring = (): HTMLElement | undefined => page.all('button').find((found) => found.matches('.context-ring'));
  const arc = (): string | null | undefined => ring()?.querySelector('.context-arc')?.getAttribute('stroke-dasharray');

  for (const { turns, level, shownArc } of [
    { turns: 98_999 },
    { turns: 99_000, level: 'normal', shownArc: '50 100' },
    { turns: 158_999, level: 'normal', shownArc: '79 100' },
    { turns: 159_000, level: 'warning', shownArc: '80 100' },
    { turns: 188_999, level: 'warning', shownArc: '94 100' },
    { turns: 189_000, level: 'error', shownArc: '95 100' },
    { turns: 1e9, level: 'error', shownArc: '100 100' },
  ] as const) {
    it(`${level === undefined ? 'is hidden' : `has the level “${level}”`} at ${turns} of 200,000 tokens`, () => {
      show({ turns });
      assert.deepEqual([ring()?.dataset['level'], arc()], [level, shownArc]);
    });
  }

  it('lists the parts of the context in its accessible name and its tooltip', () => {
    show({ system: 1000, summary: 4000, turns: 119_500, attachments: 3000 });
    page.type('x'.repeat(800));
    const parts = ['System prompt: 1K', 'Summary: 4K', 'Earlier turns: 119.5K', 'Attachments: 3K', 'Draft: 200'];
    const total = 'Context window: about 64% full, 127.7K of 200K tokens';
    assert.equal(ring()?.ariaLabel, `${total}. ${parts.join(', ')}`);
    assert.equal(ring()?.title, [total, ...parts].join('\n'));
  });

  it('includes the draft in the context until the draft is sent', () => {
    show({ turns: 90_000 });
    assert.equal(ring(), undefined);
    page.type('x'.repeat(4 * 10_000));
    assert.match(ring()?.ariaLabel ?? '', /50% full.*Draft: 10K$/);
    page.click('Send');
    assert.equal(ring(), undefined);
  });

  it('is hidden while the context window is unknown', () => {
    page.type('x'.repeat(1_000_000));
    assert.equal(ring(), undefined);
    show({});
    assert.equal(ring()?.dataset['level'], 'error');
    page.receive({ type: 'contextUse', canSummarize: false });
    assert.equal(ring(), undefined);
  });

  it('opens a menu that offers a summary', () => {
    show({ turns: 150_000 });
    ring()?.click();
    assert.equal(page.root.querySelector('.menu-text')?.textContent, ring()?.title);
    const offer = page.one('menuitem', 'Continue with a summary');
    assert.equal(page.window.document.activeElement, offer);
    offer.click();
    assert.deepEqual(page.posted, [{ type: 'summarize' }]);
  });

  it('opens no menu while no summary is possible', () => {
    show({ turns: 150_000 }, false);
    ring()?.click();
    assert.deepEqual(page.all('menu'), []);
    show({ turns: 150_000 });
    page.add('a');
    page.events('a', ev.attempt());
    ring()?.click();
    assert.deepEqual(page.all('menu'), []);
    page.events('a', ev.done(''));
    ring()?.click();
    assert.ok(page.one('menuitem', 'Continue with a summary'));
  });

  it('moves the focus to the text field when it disappears', () => {
    show({ turns: 150_000 });
    ring()?.focus();
    show({ turns: 150_001 });
    assert.equal(page.window.document.activeElement, ring());
    show({ turns: 20_000 });
    assert.equal(page.window.document.activeElement, page.input);
  });
});
