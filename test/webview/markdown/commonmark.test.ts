import assert from 'node:assert/strict';
import { tests } from 'commonmark-spec';
import { createParser } from '../../../src/webview/markdown/blocks';
import { createRandom, randomPieces } from './fragments';
import { parseReference, shapeOf } from './referenceShape';
import { renderAtOnce, serialise, renderInPieces } from './streamingHarness';

const examples = tests.map(({ number, markdown, html }) => ({
  number,
  text: markdown.replaceAll('→', '\t'),
  html: html.replaceAll('→', '\t'),
}));

/** Raw HTML is text here, and a bare URL is a link; both are meant. */
const DIFFERS_ON_PURPOSE = /<[a-z!?/]|&lt;|(?:^|[^<("])https?:/i;

describe('CommonMark', () => {
  it('has all examples of the specification', () => assert.equal(examples.length, 652));

  it('shows every example as markdown-it does', () => {
    const parser = createParser();
    for (const { number, text } of examples) {
      assert.equal(shapeOf(renderAtOnce(text)), shapeOf(parseReference(parser.render(text))), `example ${number}`);
    }
  });

  it('shows the examples without raw HTML as the specification does', () => {
    const comparable = examples.filter(({ text }) => !DIFFERS_ON_PURPOSE.test(text));
    for (const { number, text, html } of comparable) {
      assert.equal(shapeOf(renderAtOnce(text)), shapeOf(parseReference(html)), `example ${number}`);
    }
    assert.ok(comparable.length > 500, `only ${comparable.length} examples compared`);
  });

  const chunkings: readonly [string, (text: string, random: () => number) => Iterable<string>][] = [
    ['one character', (text) => text.split('')],
    ['up to seven characters', (text, random) => randomPieces(text, random, 7)],
    ['up to forty characters', (text, random) => randomPieces(text, random, 40)],
  ];
  for (const [name, cut] of chunkings) {
    it(`shows every example the same when it arrives by ${name}`, () => {
      const random = createRandom(652);
      for (const { number, text } of examples) {
        assert.equal(serialise(renderInPieces(cut(text, random))), serialise(renderAtOnce(text)), `example ${number}`);
      }
    });
  }
});
