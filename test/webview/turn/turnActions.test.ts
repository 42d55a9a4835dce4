import assert from 'node:assert/strict';
import type { ExchangeView, TurnState } from '../../../src/shared/protocol';
import { initialTurn, reduce } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { exchange, PanelPage } from '../panel/support/panelPage';

const done = (text: string): TurnState => [ev.attempt(), ev.text(text), ev.done(text)].reduce(reduce, initialTurn);
const versions = ['b1', 'b2', 'b3'];
const version = (id: string, more: Partial<ExchangeView> = {}): ExchangeView =>
  exchange(id, { state: done(id), versions, ...more });

describe('other versions of an answer', () => {
  let page: PanelPage;
  beforeEach(() => (page = new PanelPage()));
  afterEach(() => page.dispose());

  const prompts = (): (string | null)[] =>
    [...page.root.querySelectorAll('[data-part="prompt"]')].map((prompt) => prompt.textContent);

  it('are asked for by the same model or another', () => {
    page.snapshot([exchange('a', { state: done('a') })]);
    page.click('Regenerate');
    page.click('Regenerate with another model…');
    assert.deepEqual(page.posted, [
      { type: 'regenerate', exchangeId: 'a', switchModel: false },
      { type: 'regenerate', exchangeId: 'a', switchModel: true },
    ]);
  });

  it('are asked for of every finished turn, and not where a card offers the same', () => {
    const limited = [ev.attempt(), ev.text('b'), ev.done('b', { finishReason: 'length' })].reduce(reduce, initialTurn);
    const failed = [ev.attempt(), ev.failed()].reduce(reduce, initialTurn);
    page.snapshot([
      exchange('a', { state: done('a') }),
      exchange('f', { state: failed }),
      exchange('b', { state: limited }),
    ]);
    assert.equal(page.all('button', 'Regenerate').length, 1);
    page.receive({ type: 'exchange', exchange: exchange('c') });
    assert.equal(page.all('button', 'Regenerate').length, 2);
  });

  it('are counted, and one press away', () => {
    page.snapshot([exchange('a'), version('b2')]);
    page.events('a', ev.attempt(), ev.stopped(''));
    assert.equal(page.root.querySelector('.versions span')?.textContent, '2 of 3');
    page.click('Previous version');
    page.click('Next version');
    assert.deepEqual(page.posted, [
      { type: 'showVersion', exchangeId: 'b1' },
      { type: 'showVersion', exchangeId: 'b3' },
    ]);
  });

  for (const [id, ends] of [
    ['b1', 'Previous version'],
    ['b3', 'Next version'],
  ] as const) {
    it(`end where there are no more: ${ends} of ${id}`, () => {
      page.snapshot([version(id)]);
      assert.deepEqual(
        page
          .all('button')
          .filter((each) => (each as HTMLButtonElement).disabled && each.ariaLabel !== null)
          .map((each) => each.getAttribute('aria-label')),
        [ends],
      );
    });
  }

  it('can’t be turned to while a turn runs', () => {
    page.snapshot([version('b2'), exchange('c')]);
    assert.equal((page.one('button', 'Previous version') as HTMLButtonElement).disabled, true);
    page.events('c', ev.attempt(), ev.text('Hi'), ev.done('Hi'));
    assert.equal((page.one('button', 'Previous version') as HTMLButtonElement).disabled, false);
  });

  it('take the place of one another, with what followed them, and leave the rest alone', () => {
    page.snapshot([exchange('a', { state: done('a') }), version('b2'), exchange('c', { state: done('c') })]);
    const kept = page.all('article', 'Assistant')[0]!;
    kept.querySelector('details')?.setAttribute('open', '');
    page.receive({ type: 'path', exchanges: [exchange('a', { state: done('a') }), version('b1')] });
    assert.deepEqual(prompts(), ['prompt a', 'prompt b1']);
    assert.equal(page.all('article', 'Assistant')[0], kept);
    assert.equal(page.part('answer')?.textContent, 'b1');
    assert.equal(page.announced, 'Version 1 of 3');
  });

  it('keep the keyboard where it was', () => {
    page.snapshot([version('b2')]);
    page.one('button', 'Previous version').focus();
    page.receive({ type: 'path', exchanges: [version('b1')] });
    // There is none before the first.
    assert.equal(page.window.document.activeElement, page.one('button', 'Next version'));
  });

  it('tell of themselves where they were one of a kind', () => {
    page.snapshot([exchange('b1', { state: done('b1') })]);
    assert.deepEqual(page.all('button', 'Next version'), []);
    page.receive({ type: 'path', exchanges: [version('b1', { versions: ['b1', 'b2'] })] });
    assert.ok(page.one('button', 'Next version'));
  });
});

describe('a prompt that was sent', () => {
  let page: PanelPage;
  beforeEach(() => {
    page = new PanelPage();
    page.snapshot([exchange('a', { prompt: 'Why?', state: done('So') })]);
  });
  afterEach(() => page.dispose());

  const box = (): HTMLTextAreaElement => page.one('textbox', 'Edit your message') as HTMLTextAreaElement;
  const write = (text: string): void => {
    box().value = text;
    box().dispatchEvent(new page.window.Event('input', { bubbles: true }));
  };
  const prompt = (): string | null | undefined => page.part('prompt')?.textContent;

  it('is copied as it was written', () => {
    page.click('Copy prompt');
    assert.deepEqual(page.posted, [{ type: 'copy', text: 'Why?' }]);
    assert.equal(page.announced, 'Copied');
  });

  const sends: Readonly<Record<string, () => void>> = {
    Resend: () => page.click('Resend'),
    Enter: () => page.key('Enter', {}, box()),
    'Ctrl+Enter': () => page.key('Enter', { ctrlKey: true }, box()),
    'Cmd+Enter': () => page.key('Enter', { metaKey: true }, box()),
  };
  for (const [name, send] of Object.entries(sends)) {
    it(`is asked anew in other words by ${name}`, () => {
      page.click('Edit');
      assert.equal(box().value, 'Why?');
      assert.equal(page.window.document.activeElement, box());
      write(' Why not? ');
      send();
      assert.deepEqual(page.posted, [{ type: 'edit', exchangeId: 'a', prompt: 'Why not?' }]);
      assert.equal(prompt(), 'Why?');
    });
  }

  const stays: Readonly<Record<string, KeyboardEventInit>> = {
    'Shift+Enter': { shiftKey: true },
    'an Enter of the input method': { isComposing: true },
  };
  for (const [name, init] of Object.entries(stays)) {
    it(`is not sent by ${name}`, () => {
      page.click('Edit');
      page.key('Enter', init, box());
      assert.deepEqual(page.posted, []);
    });
  }

  it('is not sent empty', () => {
    page.click('Edit');
    write('  ');
    assert.equal((page.one('button', 'Resend') as HTMLButtonElement).disabled, true);
    page.key('Enter', {}, box());
    assert.deepEqual(page.posted, []);
  });

  const cancels: Readonly<Record<string, () => void>> = {
    Cancel: () => page.click('Cancel'),
    'Escape, which stops nothing then': () => page.key('Escape', {}, box()),
  };
  for (const [name, cancel] of Object.entries(cancels)) {
    it(`stays as it was by ${name}`, () => {
      page.receive({ type: 'exchange', exchange: exchange('b') });
      page.all('button', 'Edit')[0]!.click();
      write('Why not?');
      cancel();
      assert.deepEqual(page.posted, []);
      assert.equal(page.all('textbox', 'Edit your message').length, 0);
      assert.equal(page.window.document.activeElement, page.all('button', 'Edit')[0]);
    });
  }

  const attachments: Readonly<Record<string, readonly [more: object, words: string]>> = {
    selection: [{}, 'src/app.ts Selection · 1 line'],
    file: [{ kind: 'file', code: 'a\nb\n' }, 'src/app.ts File · 2 lines'],
    'long file': [{ kind: 'file', truncated: true }, 'src/app.ts File · 1 line · truncated'],
    'list of problems': [{ kind: 'problems' }, 'src/app.ts Problems · 1 line'],
  };
  for (const [name, [more, words]] of Object.entries(attachments)) {
    it(`says what went along: a ${name}`, () => {
      const attachment = { label: 'src/app.ts', languageId: 'typescript', code: 'a', ...more };
      page.snapshot([exchange('a', { attachments: [attachment] })]);
      assert.equal(page.root.querySelector('.attachment summary')?.textContent, words);
    });
  }
});
