import assert from 'node:assert/strict';
import { propertyRuns } from '../../support/propertyRuns';
import { randomDocument, randomPieces, createRandom } from './fragments';
import { randomOpenBlock } from './openBlocks';
import { assertSameTree, renderAtOnce, openAnswer, serialise, renderInPieces } from './streamingHarness';

const documentsPerSeed = 3 * propertyRuns;

describe('an answer that arrives in pieces', function () {
  this.timeout(120_000);

  for (const seed of [1, 2, 3, 4]) {
    it(`ends as if it had come at once (${documentsPerSeed} documents, seed ${seed})`, () => {
      const random = createRandom(seed);
      for (let count = 0; count < documentsPerSeed; count++) {
        const text = randomDocument(random);
        const pieces = [...randomPieces(text, random, 1 + Math.floor(random() * 24))];
        assertSameTree(renderInPieces(pieces), renderAtOnce(text), () => JSON.stringify(pieces));
      }
    });
  }

  it(`ends as if it had come at once when its beginning is frozen again and again (${propertyRuns} documents)`, () => {
    const random = createRandom(7);
    for (let count = 0; count < propertyRuns; count++) {
      const text = randomOpenBlock(random);
      const pieces = [...randomPieces(text, random, 1 + Math.floor(random() * 36))];
      assertSameTree(renderInPieces(pieces), renderAtOnce(text), () => JSON.stringify(pieces));
    }
  });

  it('ends as if it had come at once when it is replaced, finished and continued on the way', () => {
    const random = createRandom(5);
    for (let count = 0; count < propertyRuns; count++) {
      const { root, markdown, runFlush: flush } = openAnswer({ minFreezeLength: 1 });
      const steps: string[] = [];
      for (let step = 0; step < 4; step++) {
        steps.push(takeStep(markdown, random));
        if (random() < 0.8) flush();
      }
      markdown.finish();
      assertSameTree(root, renderAtOnce(markdown.text), () => steps.join('\n'));
    }
  });

  const decidedLate: readonly (readonly [string, readonly string[]])[] = [
    ['a title three lines after its definition', ['[x]: https://a.b/\n', "'one\n", 'two\n', "three'\n", '\n[x]\n']],
    ['a title behind a quoted definition', ['> [x]: https://a.b/\n', '"one\n', 'two\n', 'three"\n', '\n[x]\n']],
    ['a table header that was a lazy line of a list', ['1. a\n', 'b | c\n', '    --|--', '\nd\n', '\n\ne\n']],
    ['a lazy line that looked like a table header', ['1. a\n', 'b | c\n', '    --|--', 'x\n', '\nd\n', '\ne']],
    ['a definition that turns out to be none', ['See [x].\n\nmore\n\n[x]: https://a.b/', ' is not one\n']],
    ['an underline that turns out to be a list', ['a\n', '-', ' b\n', '\nc\n', '\nd']],
    ['a fence end that goes on', ['```\na\n', '```', 'x\n', 'b\n```\n', '\nc']],
    ['a list that gets loose', ['- a\n- b\n', '\n', '- c\n', '\nd\n', '\ne']],
  ];
  for (const [name, pieces] of decidedLate) {
    it(`ends as if it had come at once with ${name}`, () => {
      assert.equal(serialise(renderInPieces(pieces)), serialise(renderAtOnce(pieces.join(''))));
    });
  }

  const code = 'let a = 1; // `\n\n\tsome more of it\n  ``\n';
  const longBlocks: readonly (readonly [string, string])[] = [
    ['a fence', `- x\n\n  \`\`\`\`ts\n${code.repeat(300)}\`\`\`\nx\n\`\`\`\`\nend\n`],
    [
      'a fence in no list',
      ` \`\`\`\`ts\n${code.repeat(300)}${'x'.repeat(9_000)}\n${code.repeat(300)}\`\`\`\nx\n\`\`\`\`\nend\n`,
    ],
    ['a paragraph', `${'Some words of **it**, `more` and [x] too; '.repeat(300)}\n\n[x]: https://x.example/\n`],
    ['a paragraph without spaces', `${'没有空格的**一段**话，`代码`。'.repeat(500)}\n===\nend\n`],
    ['a list that gets loose late', `${'1. item of *it*\n'.repeat(300)}\n1. last\n\nend\n`],
    ['a list with a late definition', `${'- item [x]\n'.repeat(300)}\n[x]: https://x.example/\n`],
    ['a table', `a | b\n-|-:\n${'| `c` | [x] |\n'.repeat(300)}\n\n[x]: https://x.example/\n`],
    ['a table that lacks cells', `${'|a'.repeat(600)}\n${'|-'.repeat(600)}\n${'b\n'.repeat(125)}`],
  ];
  for (const [name, text] of longBlocks) {
    it(`ends as if it had come at once with ${name} that is long`, () => {
      const random = createRandom(8);
      const whole = serialise(renderAtOnce(text));
      assert.equal(serialise(renderInPieces(randomPieces(text, random, 900))), whole);
      assert.equal(serialise(renderInPieces(randomPieces(text, random, 300), 400)), whole);
    });
  }

  const longer = [...Array(40).keys()].map(
    (index) => `## Part ${index}\n\n${'Some words, [x], and more. '.repeat(20)}\n\n`,
  );

  it('has the same sections when it is longer than one', () => {
    const text = `${longer.join('')}[x]: https://x.example/\n`;
    const whole = renderAtOnce(text);
    assert.ok(whole.children.length > 3);
    assert.equal(whole.querySelectorAll('a').length, 800);
    const random = createRandom(6);
    for (const longest of [90, 700, 9_000]) {
      assert.equal(serialise(renderInPieces(randomPieces(text, random, longest))), serialise(whole));
    }
  });
});

function takeStep(markdown: ReturnType<typeof openAnswer>['markdown'], random: () => number): string {
  const choice = random();
  if (choice < 0.5) {
    const more = randomDocument(random);
    markdown.append(more);
    return `append ${JSON.stringify(more)}`;
  }
  if (choice < 0.8) {
    const kept = Math.floor(random() * (markdown.text.length + 1));
    const rest = random() < 0.5 ? markdown.text.slice(kept + 1) : '';
    const whole = markdown.text.slice(0, kept) + (random() < 0.7 ? randomDocument(random) : '') + rest;
    markdown.replace(whole);
    return `replace ${JSON.stringify(whole)}`;
  }
  markdown.finish();
  return 'finish';
}
