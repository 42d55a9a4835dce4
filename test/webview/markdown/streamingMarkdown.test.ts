import assert from 'node:assert/strict';
import { renderAtOnce, openAnswer, window } from './streamingHarness';

describe('streaming Markdown renderer', () => {
  it('renders nothing before the first flush', () => {
    const { root, markdown, runFlush } = openAnswer();
    markdown.append('words');
    assert.equal(root.textContent, '');
    runFlush();
    assert.equal(root.textContent, 'words');
  });

  it('schedules one flush for several pieces', () => {
    let scheduled = 0;
    const { markdown } = openAnswer({ schedule: () => scheduled++ });
    for (const piece of ['a', 'b', 'c']) markdown.append(piece);
    assert.equal(scheduled, 1);
  });

  it('renders at most 4,000 characters per flush', () => {
    const { root, markdown, runFlush } = openAnswer();
    markdown.append('x'.repeat(9_000));
    const lengths: number[] = [];
    while (runFlush()) lengths.push(root.textContent.length);
    assert.deepEqual(lengths, [4_000, 8_000, 9_000]);
  });

  it('renders at least as many characters of a replacement in the first flush as were shown before', () => {
    const { root, markdown, runFlush } = openAnswer();
    markdown.append('x'.repeat(9_000));
    while (runFlush());
    markdown.replace('y'.repeat(9_500));
    markdown.append('z');
    runFlush();
    assert.equal(root.textContent, `${'y'.repeat(9_500)}z`);
    assert.equal(runFlush(), false);
  });

  it('renders a short backlog at once after the end of the text', () => {
    const { root, markdown, runFlush } = openAnswer();
    let endReports = 0;
    markdown.append('x'.repeat(7_000));
    markdown.finish(() => endReports++);
    assert.deepEqual([root.textContent.length, endReports], [7_000, 1]);
    runFlush();
    markdown.finish(() => endReports++);
    assert.deepEqual([root.textContent.length, endReports], [7_000, 2]);
  });

  it('renders a long backlog in slices, without waiting for frames, after the end of the text', () => {
    const { root, markdown, runSlice } = openAnswer();
    markdown.append('x'.repeat(20_000));
    const lengths: [number, boolean][] = [];
    let done = false;
    markdown.finish(() => (done = true));
    while (runSlice()) lengths.push([root.textContent.length, done]);
    assert.deepEqual(lengths, [
      [4_000, false],
      [8_000, false],
      [12_000, false],
      [16_000, false],
      [20_000, true],
    ]);
  });

  it('does not call the callback of `finish` if more text is appended before the complete text is shown', () => {
    const { root, markdown, runSlice, runFlush } = openAnswer();
    let done = 0;
    markdown.append('x'.repeat(20_000));
    markdown.finish(() => done++);
    runSlice();
    markdown.append('y');
    while (runSlice());
    while (runFlush());
    assert.deepEqual([root.textContent.length, done], [20_001, 0]);
    markdown.finish(() => done++);
    assert.equal(done, 1);
  });

  it('also flushes between frames while the backlog needs more than three flushes', () => {
    const { root, markdown, runSlice } = openAnswer();
    markdown.append('x'.repeat(20_000));
    while (runSlice());
    assert.equal(root.textContent.length, 8_000);
  });

  for (const { what, line, expectedFrames } of [
    { what: 'a list', line: '- an item of a list that goes on\n', expectedFrames: [1, 3, 4, 8, 8] },
    { what: 'a table', line: '| a cell | of a table that goes on |\n', expectedFrames: [1, 3, 4, 8, 8] },
    { what: 'code', line: 'let it = be as long as it likes; // \n', expectedFrames: [1, 1, 1, 1, 1] },
  ]) {
    it(`waits ${expectedFrames.join(', ')} frames between flushes as ${what} grows`, () => {
      const start = { 'a list': '', 'a table': '| a | b |\n|---|---|\n', code: '```\n' }[what] ?? '';
      const frames = [1000, 5000, 7500, 20_000, 90_000].map((length) => {
        const { root, markdown, runFlush } = openAnswer();
        markdown.append(start + line.repeat(length / line.length));
        while (runFlush());
        const before = root.textContent;
        markdown.append(line);
        for (let count = 1; ; count++) {
          assert.ok(runFlush());
          if (root.textContent !== before) return count;
        }
      });
      assert.deepEqual(frames, expectedFrames);
    });
  }

  it('renders a new item of a long list in the next frame if no text has arrived for a moment', () => {
    let now = 0;
    const { root, markdown, runFlush } = openAnswer({ monotonicNow: () => now });
    markdown.append('- an item of a list that goes on\n'.repeat(1000));
    while (runFlush());
    markdown.append('- soon');
    runFlush();
    assert.doesNotMatch(root.textContent, /soon$/);
    now += 150;
    runFlush();
    assert.match(root.textContent, /soon$/);
    now += 150;
    markdown.append(' and later');
    runFlush();
    assert.match(root.textContent, /later$/);
  });

  it('renders the new end of a long list in the next frame after `pause()`', () => {
    const { root, markdown, runFlush } = openAnswer();
    markdown.append('- an item of a list that goes on\n'.repeat(300));
    while (runFlush());
    markdown.append('- the last one');
    markdown.pause();
    runFlush();
    assert.match(root.textContent, /the last one$/);
  });

  for (const unit of ['[', '*a ', '- \n', 'http://']) {
    it(`parses a long block of ${JSON.stringify(unit)} again only after it has grown by an eighth`, () => {
      const text = unit.repeat(Math.ceil(16_000 / unit.length));
      const { root, markdown, runFlush, runSlice } = openAnswer({ minFreezeLength: Infinity });
      markdown.append(text.slice(0, 8000));
      while (runFlush());
      let renders = 0;
      let shown = root.innerHTML;
      for (let start = 8000; start < text.length; start += 64) {
        markdown.append(text.slice(start, start + 64));
        runFlush();
        const { innerHTML } = root;
        if (innerHTML !== shown) renders++;
        shown = innerHTML;
      }
      assert.ok(renders > 0 && renders <= 8, `rendered ${renders} times while it doubled`);
      markdown.finish();
      while (runSlice());
      assert.equal(root.innerHTML, renderAtOnce(text).innerHTML);
    });
  }

  it('delays the new text at the end of a long block by at most 60 frames when few characters arrive', () => {
    const { root, markdown, runFlush } = openAnswer();
    markdown.append('['.repeat(8000));
    while (runFlush());
    markdown.append('[');
    for (let frames = 0; frames < 60; frames++) runFlush();
    assert.equal(root.textContent.length, 8001);
  });

  it('renders and highlights nothing after it is disposed', () => {
    const { root, markdown, runFlush, runSlice, runIdle } = openAnswer();
    markdown.append('```js\nlet a\n```\n\nb\n');
    runFlush();
    markdown.append('x'.repeat(20_000));
    markdown.dispose();
    assert.equal(runFlush() && runSlice(), true);
    runIdle();
    assert.equal(root.textContent, 'let a\nb');
    assert.equal(root.querySelector('code span'), null);
  });

  it('returns the received text unchanged', () => {
    const { markdown } = openAnswer();
    markdown.append('a\r\n');
    markdown.append('b\0');
    assert.equal(markdown.text, 'a\r\nb\0');
    markdown.replace('c');
    assert.equal(markdown.text, 'c');
  });

  it('never renders half a surrogate pair', () => {
    const { root, markdown, runFlush } = openAnswer();
    const texts = [...'a😀b'.split('')].map((half) => {
      markdown.append(half);
      runFlush();
      return root.textContent;
    });
    assert.deepEqual(texts, ['a', 'a', 'a😀', 'a😀b']);
  });

  it('uses the first complete definition of a link label', () => {
    const { root, markdown, runFlush } = openAnswer();
    const hrefs = ['See [x].\n\n', '[x]: https://a.exa', 'mple/\n', '\n[x]: https://b.example/\n', '\nend'].map(
      (piece) => {
        markdown.append(piece);
        runFlush();
        return root.querySelector('a')?.getAttribute('href');
      },
    );
    assert.deepEqual(hrefs.slice(2), Array(3).fill('https://a.example/'));
    assert.equal(hrefs[0], undefined);
  });
});

const FENCE = '```ts title="a.ts"\nconst a = 1;\n```\n';

describe('code block', () => {
  it('keeps its language and the names of its buttons out of its text', () => {
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

  it('offers *Apply to selection* only when `canApply` is set', () => {
    const { root, markdown } = openAnswer({ canApply: false });
    markdown.append(FENCE);
    markdown.finish();
    const names = [...root.querySelectorAll('button')].map((button) => button.getAttribute('data-action'));
    assert.deepEqual(names, ['copy', 'insert', 'newFile']);
  });

  it('passes its code, without the final line break, to the action of a button', () => {
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

  it('ignores button clicks while the code is incomplete', () => {
    const { root, markdown, runFlush, codeActions } = openAnswer();
    markdown.append('```ts\nconst a');
    runFlush();
    const clickCopy = () => root.querySelector('button')?.dispatchEvent(click());
    clickCopy();
    assert.deepEqual(codeActions, []);
    markdown.append(' = 1;\n```\n\n');
    runFlush();
    clickCopy();
    assert.deepEqual(codeActions, [['copy', 'const a = 1;', 'ts']]);
    assert.equal(root.querySelector('button')?.hasAttribute('data-copied'), true);
    markdown.dispose();
    assert.equal(root.querySelector('button')?.hasAttribute('data-copied'), false);
  });

  it('keeps the chunk elements of long code when more code arrives', () => {
    const { root, markdown, runFlush } = openAnswer();
    const code = `${'some code 🐑\n'.repeat(700)}${'more code\n'.repeat(900)}`;
    markdown.append(`\`\`\`\n${code.slice(0, 5_000)}`);
    while (runFlush());
    const [first] = root.querySelectorAll('.code-chunk');
    markdown.append(code.slice(5_000));
    while (runFlush());
    const boxes = [...root.querySelectorAll('.code-chunk')];
    assert.equal(boxes[0], first);
    assert.ok(boxes.length > 2 && boxes.every(({ textContent }) => textContent.length <= 4_000));
    assert.equal(root.textContent, code);
  });
});

describe('link in an answer', () => {
  it('passes its address to onLink and does not navigate', () => {
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
