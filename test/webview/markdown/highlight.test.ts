import assert from 'node:assert/strict';
import { renderAtOnce, openAnswer, serialise, window } from './streamingHarness';

const CODE = "// to do\nexport const words = ['a', `b ${1 + 1}`];\n";

function open(text: string) {
  const answer = openAnswer();
  answer.markdown.append(text);
  answer.runFlush();
  return answer;
}

function spans(root: Element): readonly string[] {
  return [...root.querySelectorAll('code span')].map(({ className, textContent }) => `${className} ${textContent}`);
}

describe('highlighted code', () => {
  it('waits until the fence has closed and the browser is idle', () => {
    const { root, markdown, runFlush: flush, runIdle: rest } = open(`\`\`\`ts\n${CODE}`);
    rest();
    assert.deepEqual(spans(root), []);
    markdown.append('```\n\nafter\n');
    flush();
    assert.deepEqual(spans(root), []);
    rest();
    assert.deepEqual(spans(root), [
      'code-comment // to do',
      'code-keyword export',
      'code-keyword const',
      "code-string 'a'",
      'code-string `b ',
      'code-number 1',
      'code-number 1',
      'code-string `',
    ]);
  });

  for (const word of ['ts', 'TS', 'ts:src/app.ts', 'ts,ignore', '{.ts .numberLines}']) {
    it(`has its colours behind \`\`\`${word}`, () => {
      const { root, markdown, runIdle: rest } = open(`\`\`\`${word}\n${CODE}\`\`\`\n`);
      markdown.finish();
      rest();
      assert.equal(spans(root)[1], 'code-keyword export');
    });
  }

  it('has the text it had', () => {
    for (const language of ['ts', 'python', 'html', 'c++', 'YAML', 'shell', 'diff', 'unheard-of', '']) {
      const { root, markdown, runIdle: rest } = open(`\`\`\`${language}\n${CODE}<b>&amp;\n- x: 1\n\`\`\`\n`);
      markdown.finish();
      rest();
      assert.equal(root.textContent, `${CODE}<b>&amp;\n- x: 1\n`);
    }
  });

  it('is the same however it came', () => {
    const text = `- a\n\n  \`\`\`js\n  let a = 'b';\n  \`\`\`\n- [x]\n\n\`\`\`ts\n${CODE}\`\`\`\n\n[x]: https://x.example/\n`;
    const whole = open(text);
    whole.markdown.finish();
    whole.runIdle();
    const pieces = openAnswer({ minFreezeLength: 1 });
    for (const piece of text) {
      pieces.markdown.append(piece);
      pieces.runFlush();
      pieces.runIdle();
    }
    pieces.markdown.finish();
    pieces.runIdle();
    assert.equal(serialise(pieces.root), serialise(whole.root));
    assert.equal(pieces.root.querySelectorAll('.code-keyword').length, 3);
  });

  it('follows its code and its language when the text is replaced', () => {
    for (const [before, after] of [
      ['```ts\nlet a = 1;\n```\n', '```ts\nlet a = 12;\nlet b\n```\n'],
      ['```ts\nlet a = 1;\n```\n', '```python\nlet a = 1;\n```\n'],
      ['```ts\nlet a = 1;\n```\n', '```unheard-of\nlet a = 1;\n```\n'],
      ['```ts\nlet a = 1;\n```\n', '    let a = 1;\n'],
    ] as const) {
      const { root, markdown, runFlush: flush, runIdle: rest } = open(before);
      markdown.finish();
      rest();
      markdown.replace(after);
      flush();
      markdown.finish();
      rest();
      const whole = open(after);
      whole.markdown.finish();
      whole.runIdle();
      assert.equal(serialise(root), serialise(whole.root));
    }
  });

  it('leaves code alone that is too long', () => {
    const {
      root,
      markdown,
      runIdle: rest,
      runSlice: slice,
    } = open(`\`\`\`js\n${'let a = 1;\n'.repeat(2_000)}\`\`\`\n`);
    markdown.finish();
    while (slice());
    rest();
    assert.equal(root.querySelector('.code-keyword'), null);
  });

  it('keeps what is selected in it', () => {
    const { root, markdown, runIdle: rest } = open(`\`\`\`ts\n${CODE}\`\`\`\n`);
    window.document.body.append(root);
    markdown.finish();
    const text = root.querySelector('code')?.firstChild;
    window.getSelection()?.setBaseAndExtent(text!, 12, text!, 21);
    const selected = window.getSelection()?.toString();
    rest();
    assert.ok(spans(root).length > 0);
    assert.equal(window.getSelection()?.toString(), selected);
    root.remove();
  });

  it('is none while nothing is idle', () => {
    assert.deepEqual(spans(renderAtOnce(`\`\`\`ts\n${CODE}\`\`\`\n`)), []);
  });
});
