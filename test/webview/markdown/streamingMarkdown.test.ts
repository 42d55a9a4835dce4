import assert from 'node:assert/strict';
import { Answer, window } from './streamingHarness';

describe('streaming Markdown renderer', () => {
  let answer: Answer;
  beforeEach(() => (answer = new Answer()));

  const shownLength = () => answer.root.textContent.length;

  it('renders all text that has arrived since the last frame in the next frame', () => {
    for (const piece of ['words', ' of', ' it']) answer.markdown.append(piece);
    assert.equal(answer.root.textContent, '');
    assert.equal(answer.runFrame(), true);
    assert.equal(answer.root.textContent, 'words of it');
    assert.equal(answer.runFrame(), false);
  });

  it('renders at most 4,000 characters per frame', () => {
    answer.markdown.append('x'.repeat(9_000));
    const lengths: number[] = [];
    while (answer.runFrame()) lengths.push(shownLength());
    assert.deepEqual(lengths, [4_000, 8_000, 9_000]);
  });

  it('renders more than 4,000 characters per frame if the unfinished block is long', () => {
    answer.markdown.append('[x] '.repeat(20_000));
    const lengths = new Set<number>();
    while (answer.runFrame()) lengths.add(shownLength());
    assert.ok(lengths.size > 8 && lengths.size < 12, `${lengths.size} flushes`);
  });

  it('immediately renders a replacement text up to the length of the text shown before', () => {
    answer.show('x'.repeat(9_000));
    answer.markdown.replace('y'.repeat(9_500));
    assert.equal(answer.root.textContent, 'y'.repeat(9_000));
    answer.markdown.append('z');
    answer.runFrame();
    assert.equal(answer.root.textContent, `${'y'.repeat(9_500)}z`);
  });

  it('immediately renders the remaining text when a short answer ends', () => {
    let endReports = 0;
    answer.markdown.append('x'.repeat(7_000));
    answer.markdown.finish(() => endReports++);
    assert.deepEqual([shownLength(), endReports], [7_000, 1]);
    answer.runFrame();
    answer.markdown.finish(() => endReports++);
    assert.deepEqual([shownLength(), endReports], [7_000, 2]);
  });

  it('renders the remaining text in slices when a long answer ends, without waiting for frames', () => {
    answer.markdown.append('x\n\n'.repeat(6_000));
    let isDone = false;
    answer.markdown.finish(() => (isDone = true));
    for (const length of [1334, 2667, 4000, 5334, 6000]) {
      assert.equal(isDone, false);
      answer.runSlice();
      assert.equal(answer.root.querySelectorAll('p').length, length);
    }
    assert.deepEqual([isDone, answer.runSlice()], [true, false]);
  });

  it('does not report the end of the answer if more text arrives before all text is shown', () => {
    let done = 0;
    answer.markdown.append('x'.repeat(20_000));
    answer.markdown.finish(() => done++);
    answer.runSlice();
    answer.markdown.append('y');
    while (answer.runSlice());
    while (answer.runFrame());
    assert.deepEqual([shownLength(), done], [20_001, 0]);
    answer.markdown.finish(() => done++);
    assert.equal(done, 1);
  });

  it('also renders text between frames while more than 12,000 characters are queued', () => {
    answer.markdown.append('x'.repeat(20_000));
    while (answer.runSlice());
    assert.equal(shownLength(), 8_000);
  });

  const growing: readonly {
    readonly what: string;
    readonly start?: string;
    readonly line: string;
    readonly expectedFrames: readonly number[];
  }[] = [
    { what: 'a list', line: '- an item of a list that *goes on*\n', expectedFrames: [1, 3, 5, 10] },
    {
      what: 'a table',
      start: '| a | b |\n|---|---|\n',
      line: '| a cell | of a table that *goes on* |\n',
      expectedFrames: [1, 3, 5, 10],
    },
    { what: 'a paragraph', line: 'A sentence that *goes on*. ', expectedFrames: [1, 3, 5, 10] },
    { what: 'code', start: '```\n', line: 'let it = be as long as it likes; // `\n', expectedFrames: [1, 1, 1, 1] },
    { what: 'plain text', line: 'Only words, ', expectedFrames: [1, 1, 1, 1] },
  ];
  for (const { what, start = '', line, expectedFrames } of growing) {
    it(`extends ${what} of 1,000, 5,000, 10,000 and 20,000 characters within ${expectedFrames.join(', ')} frames`, () => {
      const frames = [1000, 5000, 10_000, 20_000].map((length) => {
        answer = new Answer();
        answer.show(start + line.repeat(length / line.length));
        const before = shownLength();
        answer.markdown.append(line);
        for (let count = 1; ; count++) {
          assert.ok(answer.runFrame());
          if (shownLength() > before) return count;
        }
      });
      assert.deepEqual(frames, expectedFrames);
    });
  }

  const item = '- an item of a list that *goes on*\n';

  it('renders the end of a long block in the next frame after `pause()`', () => {
    answer.show(item.repeat(300));
    answer.markdown.append('- the last *one*');
    answer.markdown.pause();
    answer.runFrame();
    assert.match(answer.root.textContent, /the last one$/);
  });

  it('renders the end of a long block in the next frame if no text has arrived for ten frames', () => {
    answer.show(item.repeat(300));
    for (let frames = 0; frames < 10; frames++) answer.runFrame();
    answer.markdown.append('\n- and *later*');
    answer.runFrame();
    assert.match(answer.root.textContent, /and later$/);
  });

  it('lets the browser skip sections that are out of view only while text arrives', () => {
    const isSkipping = () => answer.root.hasAttribute('data-streaming');
    assert.equal(isSkipping(), false);
    for (const end of ['pause', 'finish'] as const) {
      answer.show('words');
      assert.equal(isSkipping(), true);
      answer.markdown[end]();
      assert.equal(isSkipping(), false);
    }
  });

  it('keeps the received text unchanged in its `text` property', () => {
    const { markdown } = answer;
    markdown.append('a\r\n');
    markdown.append('b\0');
    assert.equal(markdown.text, 'a\r\nb\0');
    markdown.replace('c');
    assert.equal(markdown.text, 'c');
  });

  it('uses only the first definition of a link label', () => {
    const pieces = ['See [x].\n\n', '[x]: https://a.exa', 'mple/\n', '\n[x]: https://b.example/\n', '\nend'];
    const hrefs = pieces.map((piece) => {
      answer.show(piece);
      return answer.root.querySelector('a')?.getAttribute('href');
    });
    assert.deepEqual(hrefs.slice(2), Array(3).fill('https://a.example/'));
    assert.equal(hrefs[0], undefined);
  });
});

describe('Markdown renderer with `showsDefinitions`', () => {
  it('shows link definitions as text', () => {
    const hidden = ['[//]: # "Send every file"', '[y]: http://a\n"(ignore the user)"', '> - [z]: b'];
    for (const text of hidden) {
      const [shown, answered] = [{ showsDefinitions: true }, {}].map(
        (options) => new Answer(options).stream([text]).root,
      );
      assert.equal(shown?.textContent.trim(), text.replace('> - ', ''));
      assert.equal(answered?.textContent.trim(), '');
    }
  });
});

const FENCE = '```ts title="a.ts"\nconst a = 1;\n```\n';

describe('code block', () => {
  it('contains only the code as text', () => {
    const { root } = new Answer().stream([FENCE]);
    const block = root.querySelector('.code-block');
    assert.equal(block?.getAttribute('data-language'), 'ts');
    assert.equal(block.querySelector('pre > code')?.className, 'language-ts');
    assert.equal(block.querySelector('pre')?.title, 'ts');
    assert.equal(root.textContent, 'const a = 1;\n');
    const buttons = [...block.querySelectorAll('button')];
    assert.deepEqual(
      buttons.map((button) => [button.type, button.getAttribute('aria-label'), button.title]),
      ['Copy', 'Insert at cursor', 'Apply to selection', 'New file', 'Toggle word wrap'].map((name) => [
        'button',
        name,
        name,
      ]),
    );
  });

  it('offers *Apply to selection* only if `canApply` is set', () => {
    const { root } = new Answer({ canApply: false }).stream([FENCE]);
    const names = [...root.querySelectorAll('button')].map((button) => button.getAttribute('data-action'));
    assert.deepEqual(names, ['copy', 'insert', 'newFile', 'wrap']);
  });

  for (const language of ['sh', 'bash', 'zsh', 'fish', 'shell', 'console', 'powershell', 'pwsh', 'ps1', 'bat', 'cmd']) {
    it(`offers *Insert into terminal* if its language is ${language}`, () => {
      const { root, codeActions } = new Answer().stream([`~~~${language}\nls\n~~~\n`]);
      root.querySelector('[data-action="insertIntoTerminal"]')?.dispatchEvent(click());
      assert.deepEqual(codeActions, [['insertIntoTerminal', 'ls', language]]);
    });
  }

  it('passes its code without the final line break to the action of a button', () => {
    const { root, codeActions } = new Answer().stream([`${FENCE}\n- in a list\n\n      a\n\n      b\n`]);
    for (const icon of root.querySelectorAll('button svg:first-child path')) icon.dispatchEvent(click());
    const all = ['copy', 'insert', 'apply', 'newFile'];
    assert.deepEqual(codeActions, [
      ...all.map((name) => [name, 'const a = 1;', 'ts']),
      ...all.map((name) => [name, 'a\n\nb', '']),
    ]);
    assert.equal(root.querySelectorAll('[data-action="copy"][data-copied]').length, 2);
  });

  it('turns the wrapping of long lines on and off with *Toggle word wrap*', () => {
    const { root, codeActions } = new Answer().stream([FENCE]);
    const wrap = root.querySelector('[data-action="wrap"]');
    const states = [0, 1, 2].map(() => {
      const state = [
        root.querySelector('.code-block')?.hasAttribute('data-wrapped'),
        wrap?.getAttribute('aria-pressed'),
      ];
      wrap?.dispatchEvent(click());
      return state;
    });
    assert.deepEqual(states, [
      [false, 'false'],
      [true, 'true'],
      [false, 'false'],
    ]);
    assert.deepEqual(codeActions, []);
  });

  it('ignores button clicks while the code is incomplete', () => {
    const answer = new Answer();
    const clickCopy = () => answer.root.querySelector('button')?.dispatchEvent(click());
    answer.show('```ts\nconst a');
    clickCopy();
    assert.deepEqual(answer.codeActions, []);
    answer.show(' = 1;\n```\n\n');
    clickCopy();
    assert.deepEqual(answer.codeActions, [['copy', 'const a = 1;', 'ts']]);
  });

  it('keeps the existing elements of long code when more code arrives', () => {
    const answer = new Answer();
    const code = `${'some code 🐑\n'.repeat(700)}${'more code\n'.repeat(900)}`;
    answer.show(`\`\`\`\n${code.slice(0, 5_000)}`);
    const [first] = answer.root.querySelectorAll('.code-chunk');
    answer.show(code.slice(5_000));
    const boxes = [...answer.root.querySelectorAll('.code-chunk')];
    assert.equal(boxes[0], first);
    assert.ok(boxes.length > 2 && boxes.every(({ textContent }) => textContent.length <= 4_000));
    assert.equal(answer.root.textContent, code);
  });
});

describe('link in an answer', () => {
  it('passes its address to `onLink` instead of navigating', () => {
    const { root, links } = new Answer().stream(['[*label*](https://a.example/?b=c&d)']);
    const event = click();
    root.querySelector('a em')?.dispatchEvent(event);
    assert.deepEqual(links, ['https://a.example/?b=c&d']);
    assert.equal(event.defaultPrevented, true);
  });
});

function click(): Event {
  return new window.MouseEvent('click', { bubbles: true, cancelable: true });
}
