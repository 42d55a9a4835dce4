import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import type { Answer, ShownExchange } from '../../../src/shared/exchanges';
import { initialTurn, reduceTurn, type TurnState } from '../../../src/shared/protocol';
import { ev } from '../panel/support/events';
import { answer, comparison, connected, exchange, usePage, type PanelPage } from '../panel/support/panelPage';
import { Scroller } from '../panel/support/scroller';
import { valuesOf } from '../../support/valuesOf';

const stateOf = (...events: readonly StreamEvent[]): TurnState => events.reduce(reduceTurn, initialTurn);
const done = (text: string): TurnState => stateOf(ev.attempt(), ev.text(text), ev.done(text));
const column = (model: string, fields: Partial<Answer> = {}): Answer => answer(model, { model, ...fields });
const compare = (answers: readonly Answer[], fields: Partial<ShownExchange> = {}): ShownExchange =>
  comparison(answers, { prompt: 'Why?', ...fields });

describe('comparison of answers', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened), [compare([column('m1'), column('m2'), column('m3')])]);

  const answers = (): HTMLElement[] => page.all('article', 'Assistant');
  const at = (index: number): HTMLElement => answers()[index]!;
  const buttonsIn = (element: HTMLElement): (string | null)[] =>
    page.all('button').flatMap((button) => (element.contains(button) ? (button.ariaLabel ?? button.textContent) : []));
  const landmarks = (): (string | null)[] =>
    [...page.root.querySelectorAll('section.column')].map((each) => each.ariaLabel);
  const finish = (...ids: readonly string[]): void => {
    for (const id of ids) page.events(id, ev.attempt({ model: id }), ev.text('Hi'), ev.done('Hi'));
  };

  it('shows one prompt, and one labeled answer for each model', () => {
    const group = page.one('group', 'Comparison');
    assert.equal(page.all('article', 'You').length, 1);
    assert.ok(group.contains(page.one('article', 'You')));
    assert.deepEqual(
      answers().map(({ dataset }) => dataset['model']),
      ['m1', 'm2', 'm3'],
    );
    assert.deepEqual(landmarks(), ['m1', 'm2', 'm3']);
    assert.deepEqual(
      answers().map((each) => each.querySelector('.turn-name')?.textContent),
      ['m1', 'm2', 'm3'],
    );
  });

  it('labels each answer with the model that the user chose, even if a fallback model answers', () => {
    page.events(
      'm1',
      { type: 'model', attempt: 1, at: 1, from: 'm1', to: 'm4', reason: 'user' },
      ev.attempt({ model: 'm4' }),
    );
    page.events('m2', ev.attempt({ model: 'fallback' }));
    assert.deepEqual(
      answers().map(({ dataset }) => dataset['model']),
      ['m4', 'm2', 'm3'],
    );
    assert.deepEqual(landmarks(), ['m4', 'm2', 'm3']);
    assert.equal(at(1).querySelector('.turn-head')?.textContent, 'fallbackapi.example');
    assert.ok(at(1).querySelector('[title="api.example"]'));
  });

  it('shows HTML in a model name as text', () => {
    page.snapshot([compare([column('<img src=x>\u202e'), column('m2')])]);
    assert.deepEqual(landmarks(), ['<img src=x>', 'm2']);
    assert.equal(page.root.querySelector('img'), null);
  });

  it('is shown as a single exchange between other exchanges', () => {
    const after = exchange('after', { state: done('So') });
    page.snapshot([exchange('before', { state: done('So') }), compare([column('m1'), column('m2')]), after]);
    const exchanges = [...page.root.querySelectorAll('.exchange')];
    assert.deepEqual(
      exchanges.map((each) => each.querySelectorAll('article').length),
      [2, 3, 2],
    );
  });

  describe('while answers are running', () => {
    it('shows *Stop* in each answer that has not ended', () => {
      page.events('m1', ev.attempt(), ev.waiting());
      page.events('m2', ev.attempt(), ev.text('Hi'));
      finish('m3');
      assert.deepEqual(
        answers().map((each) => buttonsIn(each).filter((name) => name === 'Stop').length),
        [1, 1, 0],
      );
      assert.ok(buttonsIn(at(0)).includes('Retry now'));
      page.all('button', 'Stop')[1]!.click();
      assert.deepEqual(page.posted, [{ type: 'stop', answerId: 'm2' }]);
    });

    const waysToStop: Readonly<Record<string, readonly [stop: () => void, answerId: string]>> = {
      '*Stop all*': [() => page.click('Stop all'), 'm1'],
      'the button of the composer': [() => page.click('End all answers'), 'm2'],
      Escape: [() => page.key('Escape'), 'm2'],
    };
    for (const [name, [stop, answerId]] of Object.entries(waysToStop)) {
      it(`stops all answers with ${name} while one answer is running`, () => {
        finish('m1', 'm3');
        stop();
        assert.deepEqual(page.posted, [{ type: 'stopComparison', answerId }]);
        page.one('button', 'Stop all').focus();
        page.events('m2', ev.stopped(''));
        assert.deepEqual([page.all('button', 'Stop all'), page.all('button', 'End all answers')], [[], []]);
        assert.equal(page.window.document.activeElement?.className, 'comparison-bar');
      });
    }

    it('moves the focus from *Stop* to the answer when the answer ends', () => {
      page.all('button', 'Stop')[1]!.focus();
      finish('m2');
      assert.equal(page.window.document.activeElement, at(1));
    });

    it('disables *Regenerate* of earlier exchanges until the last answer has ended', () => {
      const earlier = exchange('a', { state: done('So') });
      page.snapshot([earlier, compare([column('m1'), column('m2')])]);
      finish('m2');
      assert.equal((page.one('button', 'Regenerate') as HTMLButtonElement).disabled, true);
      finish('m1');
      assert.equal((page.one('button', 'Regenerate') as HTMLButtonElement).disabled, false);
    });
  });

  it('announces each answer with the name of its model', () => {
    page.snapshot();
    page.path(compare([column('m1'), column('m2')]));
    assert.equal(page.announced, 'Comparing m1, m2');
    page.events('m1', ev.attempt());
    page.events('m2', ev.attempt(), ev.waiting());
    page.events('m1', ev.text('Hi'), ev.done('Hi'));
    const texts = [...page.root.querySelectorAll('[aria-live="polite"] > p')].map(({ textContent }) => textContent);
    assert.deepEqual(texts, ['Comparing m1, m2', 'm2: Rate limited. Retrying in 4 s', 'm1: Answer complete']);
    page.receive({ type: 'announce', text: 'Copied' });
    assert.equal(page.announced, 'Copied');
  });

  it('keeps at most five screen reader announcements in the page', () => {
    page.snapshot();
    for (const id of ['n1', 'n2', 'n3', 'n4', 'n5', 'n6']) {
      page.path(compare([column(id), column(`${id}b`)]));
      page.events(id, ev.attempt());
    }
    assert.equal(page.root.querySelectorAll('[aria-live="polite"] > p').length, 5);
  });

  it('offers *Use this answer* for each answer that has ended with text', () => {
    finish('m1');
    page.events('m2', ev.attempt(), ev.text('Hi'));
    page.events('m3', ev.attempt(), ev.failed());
    assert.deepEqual(buttonsIn(at(0)).slice(0, 3), ['Use this answer', 'Copy', 'Answer actions']);
    page.click('Use this answer');
    assert.deepEqual(page.posted, [{ type: 'useAnswer', answerId: 'm1' }]);
    page.events('m2', ev.stopped('Hi'));
    assert.ok(buttonsIn(at(1)).includes('Use this answer') && buttonsIn(at(1)).includes('Continue'));
    assert.ok(buttonsIn(at(2)).includes('Retry now') && !buttonsIn(at(2)).includes('Use this answer'));
    assert.deepEqual(page.all('button', 'Regenerate'), []);
  });

  it('shows the speed of an answer in tokens per second', () => {
    const usage = {
      type: 'usage',
      attempt: 1,
      at: 1900,
      promptTokens: 12,
      completionTokens: 40,
      totalTokens: 52,
    };
    page.events('m1', ev.attempt(), ev.text('Hi', 1400), usage as StreamEvent, ev.done('Hi'));
    const figures = at(0).querySelector('.turn-summary > .full-text')!;
    assert.match(figures.textContent, /^first token 400 ms · .* · 12 → 40 tok · \d+ tok\/s$/);
  });

  it('shows the cost of an answer instead of its tokens in the short form of its figures', () => {
    page.events(
      'm1',
      ev.attempt(),
      ev.text('Hi', 1400),
      ev.ended({ promptTokens: 12, completionTokens: 40, cost: 1.25 }),
      ev.done('Hi'),
    );
    assert.match(at(0).querySelector('.turn-summary > .short-text')!.textContent, /\ss ·\s\$1\.25$/);
  });

  it('shows only one set of version buttons for all its answers', () => {
    const answered = [column('m1', { state: done('Hi') }), column('m2', { state: done('Ho') })];
    page.snapshot([compare(answered, { versions: ['old', 'm1'] })]);
    page.click('Previous version');
    assert.deepEqual(page.posted, [{ type: 'showVersion', answerId: 'old' }]);
  });

  it('is replaced by the answer that the user chooses', () => {
    finish('m1', 'm2', 'm3');
    page.all('button', 'Use this answer')[0]!.focus();
    const versions = ['m1', 'm2', 'm3'];
    page.path(exchange('m1', { prompt: 'Why?', state: done('Hi'), versions }));
    assert.deepEqual(page.all('group', 'Comparison'), []);
    assert.equal(page.window.document.activeElement, page.one('article', 'Assistant'));
    assert.deepEqual(buttonsIn(at(0)).slice(0, 3), ['Copy', 'Regenerate', 'More ways to regenerate']);
    assert.ok(page.one('group', 'Version 1 of 3'));
  });

  it('keeps the elements of the later turns when one of its answers replaces the comparison', () => {
    const answered = ['m1', 'm2'].map((model) => column(model, { state: done('Hi') }));
    page.path(compare(answered, { followed: 'm2' }), exchange('next', { state: done('So') }));
    const following = at(2);
    page.path(exchange('m2', { state: done('Hi') }), exchange('next', { state: done('So') }));
    assert.deepEqual([answers().length, at(1)], [2, following]);
  });

  it('marks the answer with which the conversation continues', () => {
    finish('m1', 'm2', 'm3');
    const answered = ['m1', 'm2', 'm3'].map((model) => column(model, { state: done('Hi') }));
    page.path(compare(answered, { followed: 'm2' }), exchange('next'));
    assert.deepEqual(
      answers().map((each) => each.querySelector('.badge')?.textContent),
      [undefined, 'In use', undefined, undefined],
    );
  });

  it('offers no *Use this answer* for the answer that later turns follow', () => {
    const answered = ['m1', 'm2'].map((model) => column(model, { state: done('Hi') }));
    page.snapshot([compare(answered, { followed: 'm2' }), exchange('next')]);
    assert.deepEqual(
      answers().map((each) => buttonsIn(each).includes('Use this answer')),
      [true, false, false],
    );
  });

  it('lets the user hide the other answers again', () => {
    const answered = ['m1', 'm2'].map((model) => column(model, { state: done('Hi') }));
    page.snapshot([compare(answered, { followed: 'm2' }), exchange('next')]);
    page.click('Hide others');
    assert.deepEqual(page.posted, [{ type: 'useAnswer', answerId: 'm2' }]);
  });

  describe('text about the next prompt', () => {
    const notice = (): string => page.root.querySelector('.notice-area')?.textContent ?? '';
    const m2Continues = 'Next prompt continues with m2';

    it('names the first complete answer once all answers have ended', () => {
      page.events('m1', ev.attempt(), ev.failed());
      finish('m3');
      assert.equal(notice(), '');
      finish('m2');
      assert.equal(notice(), m2Continues);
    });

    it('names the answer that the user chose before reopening the comparison', () => {
      const answered = ['m1', 'm2'].map((model) => column(model, { state: done('Hi') }));
      page.snapshot([compare(answered, { selected: 'm2' })]);
      assert.equal(notice(), m2Continues);
    });

    it('is absent if later turns follow an answer', () => {
      const answered = ['m1', 'm2'].map((model) => column(model, { state: done('Hi') }));
      page.snapshot([compare(answered, { followed: 'm2' }), exchange('next')]);
      assert.equal(notice(), '');
    });
  });

  describe('interrupted by a reload', () => {
    const interrupted = (text: string): TurnState => ({
      ...stateOf(ev.attempt(), ev.text(text)),
      phase: 'interrupted',
    });
    const show = (...texts: readonly string[]): void => {
      const columns = texts.map((text, index) => column(`m${index + 1}`, { state: interrupted(text) }));
      page.snapshot([compare([...columns, column('m4', { state: done('Hi') })])]);
    };

    it('explains the interruption only in its bar', () => {
      show('Half', 'Half');
      assert.match(page.root.querySelector('.comparison-bar')!.textContent, /^Interrupted: /);
      for (const each of answers()) assert.doesNotMatch(each.textContent, /Interrupted/);
      assert.equal(page.all('button', 'Continue').length, 2);
    });

    it('continues or restarts each interrupted answer with *Continue all*', () => {
      show('Half', '');
      page.click('Continue all');
      assert.deepEqual(page.posted, [
        { type: 'action', answerId: 'm1', action: 'continue' },
        { type: 'action', answerId: 'm2', action: 'restart' },
      ]);
    });

    it('has no empty line below the answers after a later turn', () => {
      show('Half', 'Half');
      page.add('next');
      page.events('next', ev.attempt());
      assert.deepEqual([...page.root.querySelectorAll('.outcome')], []);
    });

    it('offers no *Continue all* for a single interrupted answer', () => {
      show('Half');
      assert.deepEqual(page.all('button', 'Continue all'), []);
    });
  });

  describe('note below the chosen answer', () => {
    const others = (laterTurns = 0) => [
      { model: 'm1', laterTurns },
      { model: 'm3', laterTurns: 0 },
    ];
    const chosen = (fields: Partial<ShownExchange> = {}): ShownExchange => {
      const answered = column('m2', { state: done('Hi'), comparison: { id: 'm1', isUsed: true } });
      return exchange('m2', { answers: [answered], comparedWith: others(), ...fields });
    };
    const note = (): Element => page.root.querySelector('.comparison-bar')!;

    it('separates model names at Chinese punctuation', () => {
      const models = ['m-1、m-2：', 'm-3（122'].map((model) => ({ model, laterTurns: 0 }));
      page.snapshot([chosen({ comparedWith: models })]);
      const names = page.root.querySelectorAll('.comparison-bar > span > span');
      assert.deepEqual(
        [...names].map(({ textContent }) => textContent),
        ['m-1、', 'm-2', 'm-3'],
      );
    });

    it('names the other models', () => {
      page.snapshot([chosen()]);
      assert.match(note().textContent, /^Compared with m1, m3/);
    });

    for (const [name, answerId] of [
      ['Show', 'm2'],
      ['Undo', 'm1'],
    ] as const) {
      it(`reopens the comparison with *${name}*, and continues with ${answerId}`, () => {
        page.snapshot([chosen()]);
        page.click(name);
        assert.deepEqual(page.posted, [{ type: 'reopenComparison', answerId }]);
      });
    }

    it('moves the focus to the first answer when the comparison reopens', () => {
      page.snapshot([chosen()]);
      page.one('button', 'Show').focus();
      page.path(compare(['m1', 'm2', 'm3'].map((model) => column(model, { state: done('Hi') }))));
      assert.equal(page.window.document.activeElement, at(0));
    });

    for (const [laterTurns, text] of [
      [1, "1 later turn follows m1's answer"],
      [2, "2 later turns follow m1's answer"],
    ] as const) {
      it(`says that ${text}`, () => {
        page.snapshot([chosen({ comparedWith: others(laterTurns) })]);
        assert.equal(note().querySelector('span')?.textContent, `Compared with m1, m3 · ${text}`);
      });
    }

    it('leaves out the hidden turns if later turns follow the chosen answer', () => {
      page.snapshot([chosen({ comparedWith: others(1) }), exchange('next', { state: done('So') })]);
      assert.equal(note().querySelector('span')?.textContent, 'Compared with m1, m3');
    });

    it('announces the hidden turns when the user chooses an answer', () => {
      const answered = ['m1', 'm2', 'm3'].map((model) => column(model, { state: done('Hi') }));
      page.snapshot([compare(answered, { followed: 'm1' }), exchange('next', { state: done('So') })]);
      page.path(chosen({ comparedWith: others(1), versions: ['m1', 'm2', 'm3'] }));
      assert.equal(page.announced, "Version 2 of 3. 1 later turn follows m1's answer");
    });

    it('selects the model of the answer on request', () => {
      page.snapshot([chosen()]);
      page.click('Continue with m2');
      assert.deepEqual(page.posted, [{ type: 'useModel', model: 'm2' }]);
    });

    it('does not offer the model that is already selected', () => {
      page.snapshot([chosen()]);
      page.receive({ type: 'connection', connection: { ...connected, model: 'm2' }, suggestions: [] });
      assert.deepEqual(page.all('button', 'Continue with m2'), []);
    });

    it('shows only *Show* after a later turn has started', () => {
      page.snapshot([chosen(), exchange('next', { state: done('So') })]);
      assert.deepEqual(buttonsIn(note() as HTMLElement), ['Show']);
    });

    it('has no buttons in a read-only conversation', () => {
      page.snapshot([chosen()], { readOnly: true });
      assert.deepEqual(buttonsIn(note() as HTMLElement), []);
    });
  });

  it('keeps the buttons of its failure cards until the next turn starts', () => {
    for (const id of ['m1', 'm2', 'm3']) page.events(id, ev.attempt(), ev.failed());
    assert.equal(page.all('button', 'Retry now').length, 3);
    assert.match(page.all('alert')[1]!.textContent, /^m2: The model is overloaded\./);
    page.add('next', { isQueued: true });
    assert.equal(page.all('button', 'Retry now').length, 3);
    page.events('next', ev.attempt());
    assert.equal(page.all('button', 'Retry now').length, 0);
    assert.deepEqual(landmarks(), [null, null, null]);
  });

  it('shows no second *Set API key* button if a failure card has that button', () => {
    const connection = { model: 'm1', host: 'api.example', hasKey: false, set: 'own' } as const;
    page.snapshot([compare([column('m1'), column('m2')])], { connection });
    page.events('m1', ev.attempt(), ev.failed({ kind: 'auth', actions: ['setApiKey'] }));
    assert.ok(at(0).contains(page.one('button', 'Set API key')));
  });

  it('opens its prompt for editing when the user clicks *Edit prompt* in a stopped answer', () => {
    page.events('m2', ev.stopped(''));
    assert.equal(page.all('button', 'Edit').length, 1);
    page.click('Edit prompt');
    assert.deepEqual(page.stored.edits, [{ id: 'exchange-m1', text: 'Why?' }]);
    page.snapshot([compare([column('m1'), column('m2')])]);
    page.click('Resend');
    assert.deepEqual(page.posted, [{ type: 'edit', exchangeId: 'exchange-m1', prompt: 'Why?' }]);
  });

  describe('*Show differences*', () => {
    it('shows the differences between the only two answers that have ended', () => {
      finish('m1');
      assert.deepEqual(page.all('button', 'Show differences'), []);
      finish('m3');
      page.click('Show differences');
      assert.deepEqual(page.posted, [{ type: 'showDifferences', answerId: 'm1', otherId: 'm3' }]);
    });

    it('lets the user choose two of three answers', () => {
      finish('m1', 'm2', 'm3');
      page.click('Show differences');
      assert.deepEqual(valuesOf(page.all('menuitem'), 'textContent'), ['m1 and m2', 'm1 and m3', 'm2 and m3']);
      page.one('menuitem', 'm2 and m3').click();
      assert.deepEqual(page.posted, [{ type: 'showDifferences', answerId: 'm2', otherId: 'm3' }]);
    });
  });

  it('lets the up arrow move the focus from the first answer to the button bar and then to the prompt', () => {
    at(0).focus();
    page.key('ArrowUp', {}, at(0));
    const bar = page.window.document.activeElement!;
    assert.deepEqual([bar.className, (bar as HTMLElement).tabIndex, at(0).tabIndex], ['comparison-bar', 0, -1]);
    page.key('ArrowUp', {}, bar);
    assert.equal(page.window.document.activeElement, page.one('article', 'You'));
  });

  it('lets the left and right arrows move the focus between answers that are side by side', () => {
    const focusAfter = (key: string, index: number): Element | null => {
      at(index).focus();
      page.key(key, {}, at(index));
      return page.window.document.activeElement;
    };
    assert.deepEqual([focusAfter('ArrowRight', 0), focusAfter('ArrowLeft', 1)], [at(1), at(0)]);
    assert.deepEqual([focusAfter('ArrowLeft', 0), focusAfter('ArrowRight', 2)], [at(0), at(2)]);
    at(1).closest('section')!.getBoundingClientRect = () => ({ top: 100 }) as DOMRect;
    assert.equal(focusAfter('ArrowRight', 0), at(0));
  });

  it('stops autoscroll after a click in an answer that is stacked above another answer', () => {
    const scroller = new Scroller(page.one('log'), page);
    const place = (column: number, top: number): void => {
      const section = page.root.querySelectorAll('section.column')[column]!;
      section.getBoundingClientRect = () => ({ top, bottom: top + 100 }) as DOMRect;
    };
    const click = (): number => {
      page.key('End');
      at(1).click();
      scroller.grow(100);
      return scroller.distanceFromEnd;
    };
    place(1, 0);
    place(2, 0);
    assert.equal(click(), 0);
    place(2, 110);
    assert.equal(click(), 100);
  });

  it('lets the conversation follow its end while the user scrolls up in an answer', () => {
    const conversation = new Scroller(page.one('log'), page);
    const scrolled = new Scroller(at(0), page);
    page.key('End');
    const distanceAfterWheel = (): number => {
      at(0).dispatchEvent(new page.window.WheelEvent('wheel', { deltaY: -100, bubbles: true }));
      conversation.grow(100);
      return conversation.distanceFromEnd;
    };
    scrolled.moveTo(100);
    assert.equal(distanceAfterWheel(), 0);
    scrolled.moveTo(0);
    assert.equal(distanceAfterWheel(), 100);
  });

  it('scrolls to the end of a running answer, but not of a finished answer', () => {
    page.snapshot([compare([column('m1', { state: done('Hi') }), column('m2')])]);
    const [finished, running] = [0, 1].map((index) => new Scroller(at(index), page)) as [Scroller, Scroller];
    page.events('m2', ev.attempt());
    for (const scroller of [finished, running]) scroller.grow(100);
    assert.deepEqual([running.distanceFromEnd, finished.distanceFromEnd], [0, 700]);
    running.wheel(-100);
    running.grow(100);
    assert.equal(running.distanceFromEnd, 200);
  });

  it('has no buttons that change a conversation that is open in another window', () => {
    const answered = [column('m1', { state: done('Hi') }), column('m2', { state: done('Ho') }), column('m3')];
    page.snapshot([compare(answered)], { readOnly: true });
    const names = page.buttons().filter((name) => /Stop|Use|Edit|Regenerate|End all/.test(name));
    assert.deepEqual(names, []);
    assert.ok(page.one('button', 'Show differences'));
  });

  it('keeps its prompt in the composer until the host has received the prompt', () => {
    page.snapshot();
    page.click('Model: gpt-4o at api.example');
    page.receive({ type: 'prefill', text: 'Why?', more: { code: 1 } });
    page.click('Model: gpt-4o at api.example');
    assert.deepEqual(page.posted, [
      { type: 'selectModel', prompt: '' },
      { type: 'selectModel', prompt: 'Why?', more: { code: 1 } },
    ]);
    assert.equal(page.input.value, 'Why?');
    page.receive({ type: 'promptMoved', prompt: 'Why?' });
    assert.equal(page.input.value, '');
    page.key('ArrowUp');
    assert.equal(page.input.value, 'Why?');
  });
});
