import assert from 'node:assert/strict';
import { Answer, highlighting, serialize, window } from './streamingHarness';

const CODE = "// to do\nexport const words = ['a', `b ${1 + 1}`];\n";

async function finished(text: string): Promise<Answer> {
  const answer = new Answer().stream([text]);
  await highlighting();
  return answer;
}

function describeSpans(root: Element): readonly string[] {
  return [...root.querySelectorAll('code span')].map(({ className, textContent }) => `${className} ${textContent}`);
}

describe('code highlighting', () => {
  it('starts when the code fence is closed', async () => {
    const answer = new Answer();
    answer.show(`\`\`\`ts\n${CODE}`);
    await highlighting();
    assert.deepEqual(describeSpans(answer.root), []);
    answer.show('```\n\nafter\n');
    assert.deepEqual(describeSpans(answer.root), []);
    await highlighting();
    assert.deepEqual(describeSpans(answer.root), [
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
    it(`recognizes the language of code with the info string "${word}"`, async () => {
      assert.equal(describeSpans((await finished(`\`\`\`${word}\n${CODE}\`\`\`\n`)).root)[1], 'code-keyword export');
    });
  }

  it('leaves the text of the code unchanged', async () => {
    for (const language of ['ts', 'python', 'html', 'c++', 'YAML', 'shell', 'diff', 'unheard-of', '']) {
      const { root } = await finished(`\`\`\`${language}\n${CODE}<b>&amp;\n- x: 1\n\`\`\`\n`);
      assert.equal(root.textContent, `${CODE}<b>&amp;\n- x: 1\n`);
    }
  });

  for (const after of [
    '```ts\nlet a = 12;\nlet b\n```\n',
    '```python\nlet a = 1;\n```\n',
    '```unheard-of\nlet a = 1;\n```\n',
    '    let a = 1;\n',
  ]) {
    it(`is updated when the text is replaced by ${JSON.stringify(after)}`, async () => {
      const { root, markdown } = await finished('```ts\nlet a = 1;\n```\n');
      markdown.replace(after);
      markdown.finish();
      await highlighting();
      assert.equal(serialize(root), serialize((await finished(after)).root));
    });
  }

  it('is skipped for code of more than 20,000 characters', async () => {
    const { root } = await finished(`\`\`\`js\n${'let a = 1;\n'.repeat(2_000)}\`\`\`\n`);
    assert.equal(root.querySelector('.code-keyword'), null);
  });

  it('keeps the selection in the code', async () => {
    const { root } = new Answer().stream([`\`\`\`ts\n${CODE}\`\`\`\n`]);
    window.document.body.append(root);
    const text = root.querySelector('code')?.firstChild;
    window.getSelection()?.setBaseAndExtent(text!, 12, text!, 21);
    const selected = window.getSelection()?.toString();
    await highlighting();
    assert.ok(describeSpans(root).length > 0);
    assert.equal(window.getSelection()?.toString(), selected);
    root.remove();
  });
});
