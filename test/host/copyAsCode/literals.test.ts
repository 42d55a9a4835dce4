import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import {
  escapeUnseen,
  javaScriptLiteral,
  linesOf,
  pythonLiteral,
  shellLiteral,
} from '../../../src/host/copyAsCode/literals';
import { hostileTexts } from '../../support/copyAsCode/exportedRequests';

describe('a literal', () => {
  it('has what nobody could see as an escape', () => {
    const unseen = '\x7f\x85\u200d\u202e\u2028\u2029\ufeff';
    const escapes = '"\\u007f\\u0085\\u200d\\u202e\\u2028\\u2029\\ufeff"';
    assert.equal(javaScriptLiteral(unseen), escapes);
    assert.equal(pythonLiteral(unseen), escapes);
    assert.equal(escapeUnseen(JSON.stringify(unseen)), escapes);
  });

  it('of Python has its own escape beyond the first 65,536 characters', () => {
    assert.equal(pythonLiteral('\u{e0001}'), '"\\U000e0001"');
    assert.equal(javaScriptLiteral('\u{e0001}'), '"\\udb40\\udc01"');
  });

  it('keeps what people read', () => {
    const text = 'Größe: 5 € – 中文。 😀';
    for (const literal of [javaScriptLiteral, pythonLiteral]) assert.equal(literal(text), `"${text}"`);
  });

  it('puts U+FFFD in the place of half a character', () => {
    for (const literal of [javaScriptLiteral, pythonLiteral]) assert.equal(literal('a\ud83db'), '"a\ufffdb"');
  });

  it('of JavaScript ends no script element', () => {
    assert.equal(javaScriptLiteral('</script></SCRIPT></p>'), '"<\\/script><\\/SCRIPT></p>"');
  });

  for (const text of hostileTexts) {
    it(`of JavaScript and of JSON says ${JSON.stringify(text)}`, () => {
      assert.equal(runInNewContext(javaScriptLiteral(text)), text.toWellFormed());
      assert.equal(JSON.parse(escapeUnseen(JSON.stringify(text.toWellFormed()))), text.toWellFormed());
    });
  }

  it('of a shell ends and begins again around a single quote', () => {
    assert.equal(shellLiteral("it's"), "'it'\\''s'");
  });

  it('stands for a line of text', () => {
    assert.deepEqual(linesOf('a\nb\r\n\nc'), ['a\n', 'b\r\n', '\n', 'c']);
    assert.deepEqual(linesOf('a\n'), ['a\n']);
    assert.deepEqual(linesOf(''), ['']);
  });
});
