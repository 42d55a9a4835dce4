import assert from 'node:assert/strict';
import { renderAtOnce, openAnswer, serialize, window } from './streamingHarness';

const CODE = "// to do\nexport const words = ['a', `b ${1 + 1}`];\n";

function openWithText(text: string) {
  const answer = openAnswer();
  answer.markdown.append(text);
  answer.runFlush();
  return answer;
}

function describeSpans(root: Element): readonly string[] {
  return [...root.querySelectorAll('code span')].map(({ className, textContent }) => `${className} ${textContent}`);
}

describe('code highlighting', () => {
  it('waits until the fence is closed and the browser is idle', () => {
    const { root, markdown, runFlush, runIdle } = openWithText(`\`\`\`ts\n${CODE}`);
    runIdle();
    assert.deepEqual(describeSpans(root), []);
    markdown.append('```\n\nafter\n');
    runFlush();
    assert.deepEqual(describeSpans(root), []);
    runIdle();
    assert.deepEqual(describeSpans(root), [
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
    it(`highlights code with the info string "${word}"`, () => {
      const { root, markdown, runIdle } = openWithText(`\`\`\`${word}\n${CODE}\`\`\`\n`);
      markdown.finish();
      runIdle();
      assert.equal(describeSpans(root)[1], 'code-keyword export');
    });
  }

  it('does not change the text of the code', () => {
    for (const language of ['ts', 'python', 'html', 'c++', 'YAML', 'shell', 'diff', 'unheard-of', '']) {
      const { root, markdown, runIdle } = openWithText(`\`\`\`${language}\n${CODE}<b>&amp;\n- x: 1\n\`\`\`\n`);
      markdown.finish();
      runIdle();
      assert.equal(root.textContent, `${CODE}<b>&amp;\n- x: 1\n`);
    }
  });

  it('highlights code the same whether it arrives in pieces or at once', () => {
    const text = `- a\n\n  \`\`\`js\n  let a = 'b';\n  \`\`\`\n- [x]\n\n\`\`\`ts\n${CODE}\`\`\`\n\n[x]: https://x.example/\n`;
    const expected = openWithText(text);
    expected.markdown.finish();
    expected.runIdle();
    const pieces = openAnswer({ minFreezeLength: 1 });
    for (const piece of text) {
      pieces.markdown.append(piece);
      pieces.runFlush();
      pieces.runIdle();
    }
    pieces.markdown.finish();
    pieces.runIdle();
    assert.equal(serialize(pieces.root), serialize(expected.root));
    assert.equal(pieces.root.querySelectorAll('.code-keyword').length, 3);
  });

  it('highlights the new code and language when the text is replaced', () => {
    for (const [before, after] of [
      ['```ts\nlet a = 1;\n```\n', '```ts\nlet a = 12;\nlet b\n```\n'],
      ['```ts\nlet a = 1;\n```\n', '```python\nlet a = 1;\n```\n'],
      ['```ts\nlet a = 1;\n```\n', '```unheard-of\nlet a = 1;\n```\n'],
      ['```ts\nlet a = 1;\n```\n', '    let a = 1;\n'],
    ] as const) {
      const { root, markdown, runFlush, runIdle } = openWithText(before);
      markdown.finish();
      runIdle();
      markdown.replace(after);
      runFlush();
      markdown.finish();
      runIdle();
      const expected = openWithText(after);
      expected.markdown.finish();
      expected.runIdle();
      assert.equal(serialize(root), serialize(expected.root));
    }
  });

  it('does not highlight code that is too long', () => {
    const { root, markdown, runIdle, runSlice } = openWithText(`\`\`\`js\n${'let a = 1;\n'.repeat(2_000)}\`\`\`\n`);
    markdown.finish();
    while (runSlice());
    runIdle();
    assert.equal(root.querySelector('.code-keyword'), null);
  });

  it('keeps the selection in the code', () => {
    const { root, markdown, runIdle } = openWithText(`\`\`\`ts\n${CODE}\`\`\`\n`);
    window.document.body.append(root);
    markdown.finish();
    const text = root.querySelector('code')?.firstChild;
    window.getSelection()?.setBaseAndExtent(text!, 12, text!, 21);
    const selected = window.getSelection()?.toString();
    runIdle();
    assert.ok(describeSpans(root).length > 0);
    assert.equal(window.getSelection()?.toString(), selected);
    root.remove();
  });

  it('highlights nothing before the browser is idle', () => {
    assert.deepEqual(describeSpans(renderAtOnce(`\`\`\`ts\n${CODE}\`\`\`\n`)), []);
  });
});
