import assert from 'node:assert/strict';
import {
  escapeInvisible,
  javaScriptLiteral,
  linesOf,
  pythonLiteral,
  shellLiteral,
} from '../../../src/host/copyAsCode/literals';

describe('string literal in copied code', () => {
  it('escapes invisible characters', () => {
    const invisible = '\x7f\x85\u200d\u202e\u2028\u2029\ufeff';
    const escapes = '"\\u007f\\u0085\\u200d\\u202e\\u2028\\u2029\\ufeff"';
    assert.equal(javaScriptLiteral(invisible), escapes);
    assert.equal(pythonLiteral(invisible), escapes);
    assert.equal(escapeInvisible(JSON.stringify(invisible)), escapes);
  });

  it("uses Python's long escape for characters beyond U+FFFF", () => {
    assert.equal(pythonLiteral('\u{e0001}'), '"\\U000e0001"');
    assert.equal(javaScriptLiteral('\u{e0001}'), '"\\udb40\\udc01"');
  });

  it('leaves visible characters of any language unchanged', () => {
    const text = 'Größe: 5 € – 中文。 😀';
    for (const literal of [javaScriptLiteral, pythonLiteral]) assert.equal(literal(text), `"${text}"`);
  });

  it('escapes `</script>` in JavaScript', () => {
    assert.equal(javaScriptLiteral('</script></SCRIPT></p>'), '"<\\/script><\\/SCRIPT></p>"');
  });

  it('escapes a single quote for a shell', () => {
    assert.equal(shellLiteral("it's"), "'it'\\''s'");
  });

  it('is split into one literal for each line of the text', () => {
    assert.deepEqual(linesOf('a\nb\r\n\nc'), ['a\n', 'b\r\n', '\n', 'c']);
    assert.deepEqual(linesOf('a\n'), ['a\n']);
    assert.deepEqual(linesOf(''), ['']);
  });
});
