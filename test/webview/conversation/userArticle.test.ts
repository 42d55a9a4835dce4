import assert from 'node:assert/strict';
import { exchange, PanelPage, usePage } from '../panel/support/panelPage';
import { Scroller } from '../panel/support/scroller';

describe('prompt in the conversation', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened));

  const text = (): HTMLElement | undefined => page.part('prompt');
  const ask = (prompt: string): void => page.snapshot([exchange('a', { prompt })]);

  for (const { what, prompt, folded } of [
    { what: 'it has many lines', prompt: 'line\n'.repeat(200), folded: true },
    { what: 'it has many characters', prompt: 'word '.repeat(2000), folded: true },
    { what: 'it has many wide characters', prompt: '很长的问题'.repeat(161), folded: true },
    { what: 'it is short', prompt: 'Why?', folded: false },
    { what: 'it has 800 wide characters', prompt: '很长的问题'.repeat(160), folded: false },
    { what: 'it has 16 lines', prompt: Array(16).fill('line').join('\n'), folded: false },
  ] as const) {
    it(`is ${folded ? 'folded' : 'shown completely'} if ${what}`, () => {
      ask(prompt);
      assert.equal(text()?.classList.contains('folded'), folded);
      assert.equal(text()?.textContent, prompt);
      assert.equal(page.all('button', 'Show all').length, folded ? 1 : 0);
    });
  }

  it('is unfolded with *Show all* and folded again with *Show less*', () => {
    ask('line\n'.repeat(200));
    const scrolled: unknown[] = [];
    text()!.scrollIntoView = (options) => scrolled.push(options);
    page.click('Show all');
    assert.equal(text()?.classList.contains('folded'), false);
    assert.equal(page.one('button', 'Show less').getAttribute('aria-expanded'), 'true');
    assert.deepEqual(scrolled, []);
    page.click('Show less');
    assert.equal(text()?.classList.contains('folded'), true);
    assert.equal(page.one('button', 'Show all').getAttribute('aria-expanded'), 'false');
    assert.deepEqual(scrolled, [{ block: 'nearest' }]);
  });

  it('stops autoscroll when it is unfolded', () => {
    ask('line\n'.repeat(200));
    const scroller = new Scroller(page.one('log'), page);
    text()!.scrollIntoView = () => undefined;
    scroller.grow(0);
    const toggle = (name: string, by: number): number => {
      page.one('button', name).addEventListener('click', () => (scroller.height += by), { capture: true, once: true });
      page.click(name);
      scroller.grow(0);
      return scroller.distanceFromEnd;
    };
    assert.equal(toggle('Show all', 300), 300);
    assert.ok(page.one('button', 'Jump to latest'));
    scroller.moveTo(scroller.height);
    assert.equal(toggle('Show less', 0), 0);
    scroller.grow(50);
    assert.equal(scroller.distanceFromEnd, 0);
  });

  it('remains unfolded after a reload', () => {
    const exchanges = ['a', 'b'].map((id) => exchange(id, { prompt: 'line\n'.repeat(200) }));
    page.snapshot(exchanges);
    text()!.scrollIntoView = () => undefined;
    page.all('button', 'Show all')[0]?.click();
    for (const current of [page, new PanelPage(page.storage)]) {
      current.snapshot(exchanges);
      assert.deepEqual([current.all('button', 'Show all').length, current.stored.unfolded], [1, ['exchange-a']]);
      if (current !== page) current.dispose();
    }
    page.click('Show less');
    assert.deepEqual(page.stored.unfolded, []);
  });

  it('appears in full in the editor, even if the prompt is folded', () => {
    const prompt = 'line\n'.repeat(200);
    ask(prompt);
    page.click('Edit');
    assert.equal(page.root.querySelector<HTMLTextAreaElement>('.prompt-editor textarea')?.value, prompt);
  });
});
