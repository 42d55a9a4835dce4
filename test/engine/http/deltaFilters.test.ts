import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { JoinedTexts, ThinkTags } from '../../../src/engine/http/deltaFilters';
import type { Delta } from '../../../src/engine/http/deltas';
import { textPieces } from '../../support/pieces';
import { propertyRuns } from '../../support/propertyRuns';

/** Deltas, and the deltas that a filter emits for them. */
interface Row {
  readonly name: string;
  readonly deltas: readonly Delta[];
  readonly passed: readonly Delta[];
}

/** Each line of the file is a row. */
const rowsIn = (file: string): readonly Row[] =>
  readFileSync(join(__dirname, file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);

function withoutTags(deltas: readonly Delta[]): readonly Delta[] {
  const passed: Delta[] = [];
  const tags = new ThinkTags({ onDelta: (delta) => passed.push(delta) });
  for (const delta of deltas) tags.onDelta(delta);
  tags.flush();
  return passed;
}

const texts = (parts: readonly string[]): readonly Delta[] => parts.map((text) => ({ type: 'text', text }));

/** Returns the answer that results from deltas. */
function answerOf(deltas: readonly Delta[]): { readonly reasoning: string; readonly text: string } {
  const answer = { reasoning: '', text: '' };
  for (const delta of deltas) {
    if (delta.type === 'text' || delta.type === 'reasoning') answer[delta.type] += delta.text;
    else if (delta.type === 'textWasReasoning') {
      answer.reasoning += delta.text;
      answer.text = '';
    }
  }
  return answer;
}

const read = (parts: readonly string[]) => answerOf(withoutTags(texts(parts)));

describe('think tag filter', () => {
  const longLine: readonly Delta[] = [
    { type: 'reasoning', text: 'Hm' },
    { type: 'text', text: `${'x'.repeat(201)}</think>4` },
  ];
  const longLineRow: Row = {
    name: 'leaves a closing tag in a long line after reasoning in a separate field',
    deltas: longLine,
    passed: longLine,
  };
  for (const { name, deltas, passed } of [...rowsIn('thinkTags.jsonl'), longLineRow]) {
    it(`${name}, also character by character`, () => {
      assert.deepEqual(withoutTags(deltas), passed);
      const characters = deltas.flatMap((delta) => (delta.type === 'text' ? texts(textPieces(delta.text, 1)) : delta));
      assert.deepEqual(answerOf(withoutTags(characters)), answerOf(passed));
    });
  }

  it('takes linear time for long leading whitespace', () => {
    const { text } = read(Array.from({ length: 100_000 }, () => '\n'));
    assert.equal(text.length, 100_000);
  });

  it('takes linear time for many spaces after a closing tag', function () {
    this.timeout(10_000);
    const spaces = Array.from({ length: 500_000 }, () => ' ');
    const { text } = read(['Hm', ' so </think>', ...spaces]);
    assert.equal(text.length, 'Hm so </think>'.length + spaces.length);
  });

  it('treats a very late closing tag as ordinary text', () => {
    const { reasoning, text } = read(['x'.repeat(256 * 1024), 'y', '\n</think>\n4']);
    assert.equal(reasoning, '');
    assert.ok(text.endsWith('y\n</think>\n4'));
  });

  it('returns the same answer however the text is split', () => {
    const part = fc.constantFrom('<think>', '</think>', '\n', 'Hm', '`', '```\n', '<', '</thin', ' ');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.nat(5), (parts, size) => {
        const content = parts.join('');
        const pieces = textPieces(content, size + 1);
        assert.deepEqual(read(pieces), read([content]));
      }),
      { numRuns: propertyRuns },
    );
  });
});

const key = 'hsa-0123456789abcdef';
const keys = new KeyRedactor([key]);

describe('filters of an attempt', () => {
  for (const { name, deltas, passed } of rowsIn('deltaFilters.jsonl')) {
    it(name, () => {
      const received: Delta[] = [];
      const joined = new JoinedTexts(new ThinkTags({ onDelta: (delta) => received.push(delta) }));
      for (const delta of deltas as readonly (Delta | 'endRead')[]) {
        if (delta === 'endRead') joined.endRead();
        else joined.onDelta(delta);
      }
      joined.flush();
      assert.deepEqual(received, passed);
    });
  }
});

function filtered(deltas: readonly string[]): readonly string[] {
  const filter = keys.createFilter();
  assert.ok(filter);
  return [...deltas.map((delta) => filter.push(delta)), filter.flush()];
}

describe('key filter', () => {
  for (const { name, text, expected } of [
    { name: 'a key', text: `The key is ${key}.`, expected: 'The key is [redacted].' },
    { name: 'a key in upper case', text: `The key is ${key.toUpperCase()}.`, expected: 'The key is [redacted].' },
    { name: 'two keys', text: `${key} ${key}`, expected: '[redacted] [redacted]' },
    { name: 'the first twelve characters of a key', text: `${key.slice(0, 12)} is it`, expected: '[redacted] is it' },
    { name: 'the first half of a key at the end', text: `It is ${key.slice(0, 14)}`, expected: 'It is [redacted]' },
    { name: 'a key that follows the first characters of a key', text: `hsa-01${key}`, expected: 'hsa-01[redacted]' },
    {
      name: 'no start of a key that is shorter',
      text: `${key.slice(0, 11)} is it`,
      expected: `${key.slice(0, 11)} is it`,
    },
  ] as const) {
    it(`removes ${name}, in one delta and split between deltas`, () => {
      assert.equal(filtered([text]).join(''), expected);
      for (let size = 1; size < text.length; size++) {
        const result = filtered(textPieces(text, size)).join('');
        // Up to four characters of a key have been passed on before they can be recognized.
        assert.equal(result.replace(/(?:hsa-|hsa|hs|h)(?=\[)/gi, ''), expected, `in pieces of ${size}`);
      }
    });
  }

  it('emits ordinary text at once even if the text ends like the start of a key', () => {
    assert.deepEqual(filtered(['return Math', ' and hsa-', ' too']), ['return Math', ' and hsa-', ' too', '']);
  });

  it('holds back only text that could be the start of a key', () => {
    assert.deepEqual(filtered(['keys begin with hsa-0', ' or hsa-1']), ['keys begin with ', 'hsa-0 or hsa-1', '']);
  });

  it('is not needed if every key could also be ordinary text', () => {
    assert.equal(new KeyRedactor(['none', 'lm-studio', 'no-key-required']).createFilter(), undefined);
  });

  it('does not change a text without a key', () => {
    const unit = fc.constantFrom('h', 's', 'a', '-', '0', '1', ' ', '🐑', 'hsa-01', 'x');
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (units, size) => {
        const text = units.join('').replaceAll('hsa-012', '');
        assert.equal(filtered(textPieces(text, size)).join(''), text);
      }),
      { numRuns: propertyRuns },
    );
  });
});
