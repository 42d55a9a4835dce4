import assert from 'node:assert/strict';
import { tests } from 'commonmark-spec';
import { createParser } from '../../../src/webview/markdown/blocks';
import { randomNumbers } from '../../support/randomNumbers';
import { randomPieces } from './fragments';
import { parseReference, shapeOf } from './referenceShape';
import { renderAtOnce, serialize, renderInPieces } from './streamingHarness';

const examples = tests.map(({ number, markdown, html }) => ({
  number,
  text: markdown.replaceAll('→', '\t'),
  html: html.replaceAll('→', '\t'),
}));

/** Matches examples with raw HTML, which answers show as text, or with bare URLs, which answers show as links. */
const INTENTIONALLY_DIFFERENT = /<[a-z!?/]|&lt;|(?:^|[^<("])https?:/i;

describe('rendering of CommonMark', () => {
  it('is tested with all 652 examples of the specification', () => assert.equal(examples.length, 652));

  it('matches the result of markdown-it for every example', () => {
    const parser = createParser();
    for (const { number, text } of examples) {
      assert.equal(shapeOf(renderAtOnce(text)), shapeOf(parseReference(parser.render(text))), `example ${number}`);
    }
  });

  it('follows the specification for every example that contains no raw HTML and no bare URL', () => {
    const comparable = examples.filter(({ text }) => !INTENTIONALLY_DIFFERENT.test(text));
    for (const { number, text, html } of comparable) {
      assert.equal(shapeOf(renderAtOnce(text)), shapeOf(parseReference(html)), `example ${number}`);
    }
    assert.ok(comparable.length > 500, `only ${comparable.length} examples compared`);
  });

  const splits: readonly [string, (text: string, random: () => number) => Iterable<string>][] = [
    ['single characters', (text) => text.split('')],
    ['pieces of up to seven characters', (text, random) => randomPieces(text, random, 7)],
    ['pieces of up to forty characters', (text, random) => randomPieces(text, random, 40)],
  ];
  for (const [name, split] of splits) {
    it(`gives the same result whether an example arrives in ${name} or at once`, () => {
      const random = randomNumbers(652);
      for (const { number, text } of examples) {
        assert.equal(
          serialize(renderInPieces(split(text, random))),
          serialize(renderAtOnce(text)),
          `example ${number}`,
        );
      }
    });
  }
});
