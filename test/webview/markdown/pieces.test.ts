import assert from 'node:assert/strict';
import { propertyRuns } from '../../support/propertyRuns';
import { randomDocument, randomPieces, createRandom } from './fragments';
import { randomOpenBlock } from './randomOpenBlock';
import { assertSameTree, renderAtOnce, openAnswer, serialize, renderInPieces } from './streamingHarness';

const documentsPerSeed = 3 * propertyRuns;

describe('rendering of an answer that arrives in pieces', function () {
  this.timeout(120_000);

  for (const seed of [1, 2, 3, 4]) {
    it(`gives the same result as rendering at once for random documents (${documentsPerSeed} documents, seed ${seed})`, () => {
      const random = createRandom(seed);
      for (let count = 0; count < documentsPerSeed; count++) {
        const text = randomDocument(random);
        const pieces = [...randomPieces(text, random, 1 + Math.floor(random() * 24))];
        assertSameTree(renderInPieces(pieces), renderAtOnce(text), () => JSON.stringify(pieces));
      }
    });
  }

  it(`gives the same result as rendering at once when the start of the answer is frozen repeatedly (${propertyRuns} documents)`, () => {
    const random = createRandom(7);
    for (let count = 0; count < propertyRuns; count++) {
      const text = randomOpenBlock(random);
      const pieces = [...randomPieces(text, random, 1 + Math.floor(random() * 36))];
      assertSameTree(renderInPieces(pieces), renderAtOnce(text), () => JSON.stringify(pieces));
    }
  });

  it('gives the same result as rendering at once when answers are replaced, finished and continued', () => {
    const random = createRandom(5);
    for (let count = 0; count < propertyRuns; count++) {
      const { root, markdown, runFlush } = openAnswer({ minFreezeLength: 1 });
      const steps: string[] = [];
      for (let step = 0; step < 4; step++) {
        steps.push(runRandomStep(markdown, random));
        if (random() < 0.8) runFlush();
      }
      markdown.finish();
      assertSameTree(root, renderAtOnce(markdown.text), () => steps.join('\n'));
    }
  });

  const lateDecisions: readonly (readonly [string, readonly string[]])[] = [
    [
      'a link definition with a title of three lines',
      ['[x]: https://a.b/\n', "'one\n", 'two\n', "three'\n", '\n[x]\n'],
    ],
    [
      'a quoted link definition with a title after the quote',
      ['> [x]: https://a.b/\n', '"one\n', 'two\n', 'three"\n', '\n[x]\n'],
    ],
    [
      'a lazy continuation line of a list that becomes a table header',
      ['1. a\n', 'b | c\n', '    --|--', '\nd\n', '\n\ne\n'],
    ],
    [
      'a lazy continuation line that only resembles a table header',
      ['1. a\n', 'b | c\n', '    --|--', 'x\n', '\nd\n', '\ne'],
    ],
    ['a link definition that turns out to be text', ['See [x].\n\nmore\n\n[x]: https://a.b/', ' is not one\n']],
    ['a heading underline that turns out to be a list', ['a\n', '-', ' b\n', '\nc\n', '\nd']],
    ['a closing fence that turns out to be code', ['```\na\n', '```', 'x\n', 'b\n```\n', '\nc']],
    ['a list that becomes loose', ['- a\n- b\n', '\n', '- c\n', '\nd\n', '\ne']],
  ];
  for (const [name, pieces] of lateDecisions) {
    it(`gives the same result as rendering at once: ${name}`, () => {
      assert.equal(serialize(renderInPieces(pieces)), serialize(renderAtOnce(pieces.join(''))));
    });
  }

  const code = 'let a = 1; // `\n\n\tsome more of it\n  ``\n';
  const longBlocks: readonly (readonly [string, string])[] = [
    ['a fence in a list', `- x\n\n  \`\`\`\`ts\n${code.repeat(300)}\`\`\`\nx\n\`\`\`\`\nend\n`],
    [
      'a fence outside a list',
      ` \`\`\`\`ts\n${code.repeat(300)}${'x'.repeat(9_000)}\n${code.repeat(300)}\`\`\`\nx\n\`\`\`\`\nend\n`,
    ],
    ['a paragraph', `${'Some words of **it**, `more` and [x] too; '.repeat(300)}\n\n[x]: https://x.example/\n`],
    ['a paragraph without spaces', `${'没有空格的**一段**话，`代码`。'.repeat(500)}\n===\nend\n`],
    ['a list that becomes loose at its end', `${'1. item of *it*\n'.repeat(300)}\n1. last\n\nend\n`],
    ['a list with a link definition after it', `${'- item [x]\n'.repeat(300)}\n[x]: https://x.example/\n`],
    ['a table', `a | b\n-|-:\n${'| `c` | [x] |\n'.repeat(300)}\n\n[x]: https://x.example/\n`],
    ['a table with missing cells', `${'|a'.repeat(600)}\n${'|-'.repeat(600)}\n${'b\n'.repeat(125)}`],
  ];
  for (const [name, text] of longBlocks) {
    it(`gives the same result as rendering at once for a long block: ${name}`, () => {
      const random = createRandom(8);
      const expected = serialize(renderAtOnce(text));
      assert.equal(serialize(renderInPieces(randomPieces(text, random, 900))), expected);
      assert.equal(serialize(renderInPieces(randomPieces(text, random, 300), 400)), expected);
    });
  }

  const parts = [...Array(40).keys()].map(
    (index) => `## Part ${index}\n\n${'Some words, [x], and more. '.repeat(20)}\n\n`,
  );

  it('splits the answer into the same sections as rendering at once', () => {
    const text = `${parts.join('')}[x]: https://x.example/\n`;
    const expected = renderAtOnce(text);
    assert.ok(expected.children.length > 3);
    assert.equal(expected.querySelectorAll('a').length, 800);
    const random = createRandom(6);
    for (const maxLength of [90, 700, 9_000]) {
      assert.equal(serialize(renderInPieces(randomPieces(text, random, maxLength))), serialize(expected));
    }
  });
});

function runRandomStep(markdown: ReturnType<typeof openAnswer>['markdown'], random: () => number): string {
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
