import assert from 'node:assert/strict';
import { renderAtOnce, openAnswer, window } from './streamingHarness';

describe('StreamingMarkdown', () => {
  it('shows nothing before its flush', () => {
    const { root, markdown, runFlush: flush } = openAnswer();
    markdown.append('words');
    assert.equal(root.textContent, '');
    flush();
    assert.equal(root.textContent, 'words');
  });

  it('asks for one flush, however many pieces arrive', () => {
    let asked = 0;
    const { markdown } = openAnswer({ schedule: () => asked++ });
    for (const piece of ['a', 'b', 'c']) markdown.append(piece);
    assert.equal(asked, 1);
  });

  it('shows at most 4,000 characters more in a flush', () => {
    const { root, markdown, runFlush: flush } = openAnswer();
    markdown.append('x'.repeat(9_000));
    const lengths: number[] = [];
    while (flush()) lengths.push(root.textContent.length);
    assert.deepEqual(lengths, [4_000, 8_000, 9_000]);
  });

  it('shows of a replaced text at least as much as was shown, in one flush', () => {
    const { root, markdown, runFlush: flush } = openAnswer();
    markdown.append('x'.repeat(9_000));
    while (flush());
    markdown.replace('y'.repeat(9_500));
    markdown.append('z');
    flush();
    assert.equal(root.textContent, `${'y'.repeat(9_500)}z`);
    assert.equal(flush(), false);
  });

  it('shows a little that is queued at once when it is finished, and no flush changes it then', () => {
    const { root, markdown, runFlush: flush } = openAnswer();
    let shown = 0;
    markdown.append('x'.repeat(7_000));
    markdown.finish(() => shown++);
    assert.deepEqual([root.textContent.length, shown], [7_000, 1]);
    flush();
    markdown.finish(() => shown++);
    assert.deepEqual([root.textContent.length, shown], [7_000, 2]);
  });

  it('shows much that is queued in slices when it is finished, without any frame', () => {
    const { root, markdown, runSlice: slice } = openAnswer();
    markdown.append('x'.repeat(20_000));
    const lengths: [number, boolean][] = [];
    let done = false;
    markdown.finish(() => (done = true));
    while (slice()) lengths.push([root.textContent.length, done]);
    assert.deepEqual(lengths, [
      [4_000, false],
      [8_000, false],
      [12_000, false],
      [16_000, false],
      [20_000, true],
    ]);
  });

  it('goes on when text comes before the end is shown, which is not called out then', () => {
    const { root, markdown, runSlice: slice, runFlush: flush } = openAnswer();
    let done = 0;
    markdown.append('x'.repeat(20_000));
    markdown.finish(() => done++);
    slice();
    markdown.append('y');
    while (slice());
    while (flush());
    assert.deepEqual([root.textContent.length, done], [20_001, 0]);
    markdown.finish(() => done++);
    assert.equal(done, 1);
  });

  it('catches up between frames when more than three flushes are queued', () => {
    const { root, markdown, runSlice: slice } = openAnswer();
    markdown.append('x'.repeat(20_000));
    while (slice());
    assert.equal(root.textContent.length, 8_000);
  });

  for (const { what, line, framesOfOne } of [
    { what: 'a list', line: '- an item of a list that goes on\n', framesOfOne: [1, 3, 4, 8, 8] },
    { what: 'a table', line: '| a cell | of a table that goes on |\n', framesOfOne: [1, 3, 4, 8, 8] },
    { what: 'code', line: 'let it = be as long as it likes; // \n', framesOfOne: [1, 1, 1, 1, 1] },
  ]) {
    it(`shows more of ${what} the rarer the longer it is, and never later than in the eighth frame`, () => {
      const head = { 'a list': '', 'a table': '| a | b |\n|---|---|\n', code: '```\n' }[what] ?? '';
      const frames = [1000, 5000, 7500, 20_000, 90_000].map((length) => {
        const { root, markdown, runFlush: flush } = openAnswer();
        markdown.append(head + line.repeat(length / line.length));
        while (flush());
        const before = root.textContent;
        markdown.append(line);
        for (let count = 1; ; count++) {
          assert.ok(flush());
          if (root.textContent !== before) return count;
        }
      });
      assert.deepEqual(frames, framesOfOne);
    });
  }

  it('shows more of a long list in the next frame when it comes after a quiet moment', () => {
    let now = 0;
    const { root, markdown, runFlush: flush } = openAnswer({ ticks: () => now });
    markdown.append('- an item of a list that goes on\n'.repeat(1000));
    while (flush());
    markdown.append('- soon');
    flush();
    assert.doesNotMatch(root.textContent, /soon$/);
    now += 150;
    flush();
    assert.match(root.textContent, /soon$/);
    now += 150;
    markdown.append(' and later');
    flush();
    assert.match(root.textContent, /later$/);
  });

  it('shows the rest of a long list at once when nothing comes for a while', () => {
    const { root, markdown, runFlush: flush } = openAnswer();
    markdown.append('- an item of a list that goes on\n'.repeat(300));
    while (flush());
    markdown.append('- the last one');
    markdown.pause();
    flush();
    assert.match(root.textContent, /the last one$/);
  });

  for (const unit of ['[', '*a ', '- \n', 'http://']) {
    it(`parses a long block of ${JSON.stringify(unit)} again only when it is longer by a fraction`, () => {
      const text = unit.repeat(Math.ceil(16_000 / unit.length));
      const { root, markdown, runFlush: flush, runSlice: slice } = openAnswer({ minFreezeLength: Infinity });
      markdown.append(text.slice(0, 8000));
      while (flush());
      let renders = 0;
      let shown = root.innerHTML;
      for (let start = 8000; start < text.length; start += 64) {
        markdown.append(text.slice(start, start + 64));
        flush();
        const { innerHTML } = root;
        if (innerHTML !== shown) renders++;
        shown = innerHTML;
      }
      assert.ok(renders > 0 && renders <= 8, `rendered ${renders} times while it doubled`);
      markdown.finish();
      while (slice());
      assert.equal(root.innerHTML, renderAtOnce(text).innerHTML);
    });
  }

  it('shows the end of a long block within 60 frames when few characters arrive', () => {
    const { root, markdown, runFlush: flush } = openAnswer();
    markdown.append('['.repeat(8000));
    while (flush());
    markdown.append('[');
    for (let frames = 0; frames < 60; frames++) flush();
    assert.equal(root.textContent.length, 8001);
  });

  it('shows nothing more once it is disposed of', () => {
    const { root, markdown, runFlush: flush, runSlice: slice, runIdle: rest } = openAnswer();
    markdown.append('```js\nlet a\n```\n\nb\n');
    flush();
    markdown.append('x'.repeat(20_000));
    markdown.dispose();
    assert.equal(flush() && slice(), true);
    rest();
    assert.equal(root.textContent, 'let a\nb');
    assert.equal(root.querySelector('code span'), null);
  });

  it('gives back everything as it came', () => {
    const { markdown } = openAnswer();
    markdown.append('a\r\n');
    markdown.append('b\0');
    assert.equal(markdown.text, 'a\r\nb\0');
    markdown.replace('c');
    assert.equal(markdown.text, 'c');
  });

  it('never shows half a character', () => {
    const { root, markdown, runFlush: flush } = openAnswer();
    const seen = [...'a😀b'.split('')].map((half) => {
      markdown.append(half);
      flush();
      return root.textContent;
    });
    assert.deepEqual(seen, ['a', 'a', 'a😀', 'a😀b']);
  });

  it('takes the first definition of a label, and none that is only half there', () => {
    const { root, markdown, runFlush: flush } = openAnswer();
    const hrefs = ['See [x].\n\n', '[x]: https://a.exa', 'mple/\n', '\n[x]: https://b.example/\n', '\nend'].map(
      (piece) => {
        markdown.append(piece);
        flush();
        return root.querySelector('a')?.getAttribute('href');
      },
    );
    assert.deepEqual(hrefs.slice(2), Array(3).fill('https://a.example/'));
    assert.equal(hrefs[0], undefined);
  });
});

const FENCE = '```ts title="a.ts"\nconst a = 1;\n```\n';

describe('code blocks', () => {
  it('carry their language and the names of their buttons outside their text', () => {
    const { root, markdown } = openAnswer();
    markdown.append(FENCE);
    markdown.finish();
    const block = root.querySelector('.code-block');
    assert.equal(block?.getAttribute('data-language'), 'ts');
    assert.equal(block.querySelector('pre > code')?.className, 'language-ts');
    assert.equal(root.textContent, 'const a = 1;\n');
    const buttons = [...block.querySelectorAll('button')];
    assert.deepEqual(
      buttons.map((button) => [button.type, button.getAttribute('aria-label'), button.title]),
      ['Copy', 'Insert at cursor', 'Apply to selection', 'New file'].map((name) => ['button', name, name]),
    );
  });

  it('offer to apply only where there is something to apply to', () => {
    const { root, markdown } = openAnswer({ canApply: false });
    markdown.append(FENCE);
    markdown.finish();
    const names = [...root.querySelectorAll('button')].map((button) => button.getAttribute('data-action'));
    assert.deepEqual(names, ['copy', 'insert', 'newFile']);
  });

  it('hand over their code, without the line end before the closing fence', () => {
    const { root, markdown, codeActions } = openAnswer();
    markdown.append(`${FENCE}\n- in a list\n\n      a\n\n      b\n`);
    markdown.finish();
    for (const icon of root.querySelectorAll('button svg:first-child path')) icon.dispatchEvent(click());
    const all = ['copy', 'insert', 'apply', 'newFile'];
    assert.deepEqual(codeActions, [
      ...all.map((name) => [name, 'const a = 1;', 'ts']),
      ...all.map((name) => [name, 'a\n\nb', '']),
    ]);
    markdown.dispose();
  });

  it('hand over nothing while they may grow', () => {
    const { root, markdown, runFlush: flush, codeActions } = openAnswer();
    markdown.append('```ts\nconst a');
    flush();
    const press = () => root.querySelector('button')?.dispatchEvent(click());
    press();
    assert.deepEqual(codeActions, []);
    markdown.append(' = 1;\n```\n\n');
    flush();
    press();
    assert.deepEqual(codeActions, [['copy', 'const a = 1;', 'ts']]);
    assert.equal(root.querySelector('button')?.hasAttribute('data-copied'), true);
    markdown.dispose();
    assert.equal(root.querySelector('button')?.hasAttribute('data-copied'), false);
  });

  it('are cut into boxes that stay while code arrives', () => {
    const { root, markdown, runFlush: flush } = openAnswer();
    const code = `${'some code 🐑\n'.repeat(700)}${'more code\n'.repeat(900)}`;
    markdown.append(`\`\`\`\n${code.slice(0, 5_000)}`);
    while (flush());
    const [first] = root.querySelectorAll('.code-chunk');
    markdown.append(code.slice(5_000));
    while (flush());
    const boxes = [...root.querySelectorAll('.code-chunk')];
    assert.equal(boxes[0], first);
    assert.ok(boxes.length > 2 && boxes.every(({ textContent }) => textContent.length <= 4_000));
    assert.equal(root.textContent, code);
  });
});

describe('links', () => {
  it('are handed over instead of followed', () => {
    const { root, markdown, links } = openAnswer();
    markdown.append('[*label*](https://a.example/?b=c&d)');
    markdown.finish();
    const event = click();
    root.querySelector('a em')?.dispatchEvent(event);
    assert.deepEqual(links, ['https://a.example/?b=c&d']);
    assert.equal(event.defaultPrevented, true);
  });
});

function click(): Event {
  return new window.MouseEvent('click', { bubbles: true, cancelable: true });
}
