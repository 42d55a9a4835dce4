import assert from 'node:assert/strict';
import { propertyRuns } from '../../support/propertyRuns';
import { randomNumbers } from '../../support/randomNumbers';
import { randomDocument, randomPieces } from './fragments';
import { Answer, assertSameTree, renderAtOnce, renderInPieces, serialize } from './streamingHarness';

const documents = 12 * propertyRuns;

describe('rendering of an answer that arrives in pieces', function () {
  this.timeout(120_000);

  it(`gives the same result as rendering at once for random documents (${documents} documents)`, () => {
    const random = randomNumbers(1);
    for (let count = 0; count < documents; count++) {
      const text = randomDocument(random);
      const pieces = [...randomPieces(text, random, 1 + Math.floor(random() * 24))];
      assertSameTree(renderInPieces(pieces), renderAtOnce(text), () => JSON.stringify(pieces));
    }
  });

  it('gives the same result as rendering at once, even if the answer is replaced or continued', () => {
    const random = randomNumbers(5);
    for (let count = 0; count < propertyRuns; count++) {
      const answer = new Answer();
      const steps: string[] = [];
      for (let step = 0; step < 4; step++) {
        steps.push(runRandomStep(answer, random));
        if (random() < 0.8) answer.runFrame();
      }
      answer.finish();
      assertSameTree(answer.root, renderAtOnce(answer.markdown.text), () => steps.join('\n'));
    }
  });

  const lateDecisions: readonly (readonly [string, readonly string[]])[] = [
    ['a link title of three lines', ['[x]: https://a.b/\n', "'one\n", 'two\n', "three'\n", '\n[x]\n']],
    ['a link title after a quote', ['> [x]: https://a.b/\n', '"one\n', 'two\n', 'three"\n', '\n[x]\n']],
    ['a lazy continuation line that becomes a table header', ['1. a\n', 'b | c\n', '    --|--', '\nd\n', '\n\ne\n']],
    ['a line that only resembles a table header', ['1. a\n', 'b | c\n', '    --|--', 'x\n', '\nd\n', '\ne']],
    ['a definition that turns out to be text', ['See [x].\n\nmore\n\n[x]: https://a.b/', ' is not one\n']],
    ['a heading underline that turns out to be a list', ['a\n', '-', ' b\n', '\nc\n', '\nd']],
    ['a closing fence that turns out to be code', ['```\na\n', '```', 'x\n', 'b\n```\n', '\nc']],
    ['a line of an ideographic space, which is text', ['a\n\u3000\n#', 'b #c']],
    ['a number that turns out to be a list item', ['1. a\n\n', '2', '. b\n']],
    ['a list that becomes loose', ['- a\n- b\n', '\n', '- c\n', '\nd\n', '\ne']],
    [
      'a list with code and a link that is defined later',
      ['- [x]\n\n  ```js\n  a\n  ```\n\nb\n\n', '[x]: https://a.b/\n'],
    ],
  ];
  for (const [name, pieces] of lateDecisions) {
    it(`gives the same result as rendering at once: ${name}`, () => {
      assert.equal(serialize(renderInPieces(pieces)), serialize(renderAtOnce(pieces.join(''))));
    });
  }

  const code = 'let a = 1; // `\n\n\tsome more of it\n  ``\n';
  const longBlocks: readonly (readonly [string, string])[] = [
    ['a fence in a list', `- x\n\n  \`\`\`\`ts\n${code.repeat(300)}\`\`\`\nx\n\`\`\`\`\nend\n`],
    ['a fence', `\`\`\`\`ts\n${code.repeat(300)}${'x'.repeat(9_000)}\n${code.repeat(300)}\`\`\`\nx\n\`\`\`\`\nend\n`],
    ['a paragraph', `${'Some words of **it**, `more` and [x] too; '.repeat(300)}\n\n[x]: https://x.example/\n`],
    ['a paragraph without spaces', `${'没有空格的**一段**话，`代码`。'.repeat(500)}\n===\nend\n`],
    ['a paragraph without a boundary', `${'😀'.repeat(5_000)}\n\nend\n`],
    ['a list that becomes loose at its end', `${'1. item of *it*\n'.repeat(300)}\n1. last\n\nend\n`],
    ['a table', `a | b\n-|-:\n${'| `c` | [x] |\n'.repeat(300)}\n\n[x]: https://x.example/\n`],
    [
      'many sections',
      `${`## Part\n\n${'Some words, [x], and more. '.repeat(20)}\n\n`.repeat(40)}[x]: https://x.example/\n`,
    ],
  ];
  for (const [name, text] of longBlocks) {
    it(`gives the same result as rendering at once for a long text: ${name}`, () => {
      const random = randomNumbers(8);
      const expected = serialize(renderAtOnce(text));
      for (const maxLength of [300, 9_000]) {
        assert.equal(serialize(renderInPieces(randomPieces(text, random, maxLength))), expected);
      }
    });
  }

  it('gives the same result as rendering at once, even if code is highlighted between the pieces', async () => {
    const text = '- a\n\n  ```js\n  let a;\n  ```\n- [x]\n\n```ts\nlet b;\n```\n\n[x]: https://x.example/\n';
    const answers = [new Answer(), new Answer()] as const;
    answers[0].stream([text]);
    for (const piece of text) {
      answers[1].show(piece);
      await Promise.resolve();
    }
    answers[1].finish();
    await new Promise((resolve) => void setImmediate(resolve));
    assert.equal(serialize(answers[1].root), serialize(answers[0].root));
    assert.equal(answers[1].root.querySelectorAll('.code-keyword').length, 2);
  });
});

function runRandomStep({ markdown }: Answer, random: () => number): string {
  const choice = random();
  if (choice < 0.5) {
    const addition = randomDocument(random);
    markdown.append(addition);
    return `append ${JSON.stringify(addition)}`;
  }
  if (choice < 0.8) {
    const keptLength = Math.floor(random() * (markdown.text.length + 1));
    const end = random() < 0.5 ? markdown.text.slice(keptLength + 1) : '';
    const newText = markdown.text.slice(0, keptLength) + (random() < 0.7 ? randomDocument(random) : '') + end;
    markdown.replace(newText);
    return `replace ${JSON.stringify(newText)}`;
  }
  markdown.finish();
  return 'finish';
}
