import assert from 'node:assert/strict';
import { exchange, PanelPage } from './support/panelPage';

describe('a long prompt', () => {
  let page: PanelPage;
  beforeEach(() => (page = new PanelPage()));
  afterEach(() => page.dispose());

  const text = (): HTMLElement | undefined => page.part('prompt');
  const ask = (prompt: string): void => page.snapshot([exchange('a', { prompt })]);

  for (const [what, prompt, folded] of [
    ['of many lines', 'line\n'.repeat(200), true],
    ['of many characters', 'word '.repeat(2000), true],
    ['that is short', 'Why?', false],
    ['of some lines', Array(16).fill('line').join('\n'), false],
  ] as const) {
    it(`${what} is ${folded ? 'folded' : 'shown as it is'}, with all of its text there`, () => {
      ask(prompt);
      assert.equal(text()?.classList.contains('folded'), folded);
      assert.equal(text()?.textContent, prompt);
      assert.equal(page.all('button', 'Show all').length, folded ? 1 : 0);
    });
  }

  it('is unfolded and folded by a button that says which', () => {
    ask('line\n'.repeat(200));
    const scrolled: unknown[] = [];
    text()!.scrollIntoView = (how) => scrolled.push(how);
    page.click('Show all');
    assert.equal(text()?.classList.contains('folded'), false);
    assert.equal(page.one('button', 'Show less').getAttribute('aria-expanded'), 'true');
    assert.deepEqual(scrolled, []);
    page.click('Show less');
    assert.equal(text()?.classList.contains('folded'), true);
    assert.equal(page.one('button', 'Show all').getAttribute('aria-expanded'), 'false');
    assert.deepEqual(scrolled, [{ block: 'nearest' }]);
  });

  it('is edited as a whole', () => {
    const prompt = 'line\n'.repeat(200);
    ask(prompt);
    page.click('Edit');
    assert.equal(page.root.querySelector<HTMLTextAreaElement>('.prompt-editor textarea')?.value, prompt);
  });
});
