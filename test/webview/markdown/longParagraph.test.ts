import assert from 'node:assert/strict';
import MarkdownIt from 'markdown-it';
import { mock } from 'node:test';
import { assertSameTree, openAnswer, renderAtOnce } from './streamingHarness';

/** Texts without a point at which the parser could stop reading them again. */
const units = ['![', '[', '*a ', '`a ', '](', '[a][ x ', '<a ', '&', '_a ', '~~a ', 'x+/9', '{"a":[1]},', '[a\n'];

const length = 60_000;

describe('very long paragraph', () => {
  for (const unit of units) {
    const text = unit.repeat(length / unit.length);

    it(`parses the markup of a paragraph of ${JSON.stringify(unit)} in linear time while it arrives`, () => {
      const parsed = countParsedCharacters(() => stream(text, 32));
      assert.ok(parsed.total < 4 * length, `${parsed.total} characters parsed`);
      assert.ok(parsed.longest <= 4000, `${parsed.longest} characters parsed in one flush`);
    });

    it(`parses the markup of a paragraph of ${JSON.stringify(unit)} in linear time when a conversation is opened`, () => {
      const parsed = countParsedCharacters(() => renderAtOnce(text));
      assert.ok(parsed.total < 4 * length, `${parsed.total} characters parsed`);
      assert.ok(parsed.longest <= 4000, `${parsed.longest} characters parsed in one flush`);
    });

    it(`renders a paragraph of ${JSON.stringify(unit)} the same whether it arrives in pieces or at once`, () => {
      const start = `${text.slice(0, 9000)}.\n\nend`;
      for (const size of [32, 900])
        assertSameTree(stream(start, size), renderAtOnce(start), () => `${size} characters`);
    });
  }

  it('renders the markup of a long paragraph of ordinary sentences completely', () => {
    const sentence = 'Some words of **it**, `more` of it (see [x](https://x.example/)) and *so* on. ';
    const root = stream(sentence.repeat(500), 900);
    assert.deepEqual(
      ['strong', 'code', 'a', 'em'].map((tag) => root.querySelectorAll(tag).length),
      [500, 500, 500, 500],
    );
  });

  it('renders the start of a paragraph with markup and all text after it, if a marker stays open', () => {
    const words = 'and some more words '.repeat(500);
    const text = `**Bold** text with an open **marker ${words}**Bold**`;
    const root = renderAtOnce(text);
    assert.equal(root.querySelectorAll('strong').length, 1);
    assert.equal(root.textContent, text.replace('**Bold**', 'Bold'));
  });

  for (const start of ['- ', '> ', '# ', '| a |\n|---|\n| ']) {
    it(`limits the markup of a long text after ${JSON.stringify(start)}, too`, () => {
      const parsed = countParsedCharacters(() => renderAtOnce(start + '!['.repeat(length / 2)));
      assert.ok(parsed.longest <= 4000, `${parsed.longest} characters parsed in one flush`);
      assert.ok(parsed.total < 4 * length, `${parsed.total} characters parsed`);
    });
  }
});

function stream(text: string, size: number): HTMLElement {
  const { root, markdown, runFlush, runSlice } = openAnswer();
  for (let start = 0; start < text.length; start += size) {
    markdown.append(text.slice(start, start + size));
    runFlush();
  }
  markdown.finish();
  while (runSlice());
  return root;
}

/** Counts the characters whose inline markup is parsed: all of them, and the most in one call of the parser. */
function countParsedCharacters(render: () => void): { readonly total: number; readonly longest: number } {
  const parseInline = mock.method(MarkdownIt.prototype, 'parseInline');
  render();
  const lengths = parseInline.mock.calls.map(({ arguments: [content] }) => content.length);
  parseInline.mock.restore();
  return { total: lengths.reduce((sum, count) => sum + count, 0), longest: Math.max(0, ...lengths) };
}
