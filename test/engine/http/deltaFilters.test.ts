import assert from 'node:assert/strict';
import fc from 'fast-check';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { ThinkTags } from '../../../src/engine/http/deltaFilters';
import type { Delta } from '../../../src/engine/http/deltas';
import { textPieces } from '../../support/pieces';
import { propertyRuns } from '../../support/propertyRuns';

interface Answer {
  readonly reasoning: string;
  readonly text: string;
}

/** Returns the answer that results from deltas. A part that begins with `R:` is reasoning in its own field. */
function read(parts: readonly string[]): Answer {
  let reasoning = '';
  let text = '';
  const tags = new ThinkTags((delta) => {
    if (delta.type === 'text') text += delta.text;
    else if (delta.type === 'reasoning') reasoning += delta.text;
    else if (delta.type === 'textWasReasoning') {
      reasoning += delta.text;
      text = '';
    }
  });
  for (const part of parts) {
    const isReasoning = part.startsWith('R:');
    tags.onDelta(isReasoning ? { type: 'reasoning', text: part.slice(2) } : { type: 'text', text: part });
  }
  tags.flush();
  return { reasoning, text };
}

const answers: readonly (readonly [name: string, content: string, answer: Answer])[] = [
  [
    'moves tagged reasoning from the text to the reasoning',
    '<think>\nHm\n</think>\n4',
    { reasoning: '\nHm\n', text: '\n4' },
  ],
  ['removes empty tags from the text', '<think></think>4', { reasoning: '', text: '4' }],
  ['recognizes tags after blank lines', '\n\n<think>Hm</think>4', { reasoning: 'Hm', text: '4' }],
  [
    'treats the text after an opening tag as reasoning when the closing tag is missing',
    '<think>Hm',
    { reasoning: 'Hm', text: '' },
  ],
  [
    'leaves a second pair of tags in the text',
    '<think>a</think>b<think>c</think>',
    { reasoning: 'a', text: 'b<think>c</think>' },
  ],
  ['leaves tags in the middle of the text', 'Use <think>x</think>.', { reasoning: '', text: 'Use <think>x</think>.' }],
  [
    'leaves tags in a code span',
    '`<think>` ends with\n`</think>`',
    { reasoning: '', text: '`<think>` ends with\n`</think>`' },
  ],
  ['leaves tags in a code block', '```xml\n</think>\n```', { reasoning: '', text: '```xml\n</think>\n```' }],
  [
    'treats the text before a closing tag without an opening tag as reasoning',
    'Hm.\n</think>\n\n4',
    { reasoning: 'Hm.\n', text: '\n\n4' },
  ],
  [
    'leaves a closing tag at the end of a line',
    'It ends with </think>',
    { reasoning: '', text: 'It ends with </think>' },
  ],
  [
    'leaves both tags of a pair in later text',
    'Write:\n<think>\nx\n</think>\nthen',
    { reasoning: '', text: 'Write:\n<think>\nx\n</think>\nthen' },
  ],
  ['leaves text that only begins like a tag', '<thin ice', { reasoning: '', text: '<thin ice' }],
];

describe('think tag filter', () => {
  for (const [name, content, answer] of answers) {
    it(`${name}, in one delta and character by character`, () => {
      assert.deepEqual(read([content]), answer);
      assert.deepEqual(read(textPieces(content, 1)), answer);
    });
  }

  const part = { index: 0, id: 'c', name: 'f', arguments: '' };
  for (const delta of [
    { type: 'toolCall', part },
    { type: 'finish', finish: { type: 'complete', reason: 'stop' } },
    { type: 'error', error: {} },
    { type: 'restartInStream' },
  ] satisfies readonly Delta[]) {
    it(`passes on a possible start of a tag before a delta of type ${delta.type}`, () => {
      const received: string[] = [];
      const tags = new ThinkTags((output) => received.push(output.type === 'text' ? output.text : output.type));
      tags.onDelta({ type: 'text', text: 'a </th' });
      tags.onDelta(delta);
      assert.deepEqual(received, ['a ', '</th', delta.type]);
    });
  }

  it('passes on leading whitespace in linear time', () => {
    const { text } = read(Array.from({ length: 100_000 }, () => '\n'));
    assert.equal(text.length, 100_000);
  });

  it('leaves a closing tag within a sentence when the reasoning arrived in a separate field', () => {
    assert.deepEqual(read(['R:Hm', 'The tag </think>', ' is one.']), {
      reasoning: 'Hm',
      text: 'The tag </think> is one.',
    });
  });

  it('ends reasoning that began in a separate field at a closing tag within a short line', () => {
    assert.deepEqual(read(['R:Hm', ' so.</think>', '4']), { reasoning: 'Hm so.', text: '4' });
    assert.deepEqual(read(['R:Hm', '</think>\n4']), { reasoning: 'Hm', text: '\n4' });
  });

  it('holds back at most 100 characters after a closing tag, and takes linear time', function () {
    this.timeout(10_000);
    const spaces = Array.from({ length: 500_000 }, () => ' ');
    const { text } = read(['Hm', ' so </think>', ...spaces]);
    assert.equal(text.length, 'Hm so </think>'.length + spaces.length);
  });

  it('leaves a closing tag after 256 K characters in the text', () => {
    const { reasoning, text } = read(['x'.repeat(256 * 1024), 'y', '\n</think>\n4']);
    assert.equal(reasoning, '');
    assert.ok(text.endsWith('y\n</think>\n4'));
  });

  it('gives the same answer however the text is split into deltas', () => {
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
const filters = new KeyRedactor([key]).answerFilters();

function filtered(deltas: readonly string[]): readonly string[] {
  assert.ok(filters);
  const filter = filters();
  return [...deltas.map((delta) => filter.push(delta)), filter.flush()];
}

describe('key filter', () => {
  for (const [name, text, expected] of [
    ['a key', `The key is ${key}.`, 'The key is [redacted].'],
    ['a key in upper case', `The key is ${key.toUpperCase()}.`, 'The key is [redacted].'],
    ['two keys', `${key} ${key}`, '[redacted] [redacted]'],
    ['the first twelve characters of a key', `${key.slice(0, 12)} is it`, '[redacted] is it'],
    ['the first half of a key at the end', `It is ${key.slice(0, 14)}`, 'It is [redacted]'],
    ['a key that follows the first characters of a key', `hsa-01${key}`, 'hsa-01[redacted]'],
    ['no start of a key that is shorter', `${key.slice(0, 11)} is it`, `${key.slice(0, 11)} is it`],
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

  it('passes on an ordinary text that ends like the first letters of a key', () => {
    assert.deepEqual(filtered(['return Math', ' and hsa-', ' too']), ['return Math', ' and hsa-', ' too', '']);
  });

  it('holds back only the text that may begin a key', () => {
    assert.deepEqual(filtered(['keys begin with hsa-0', ' or hsa-1']), ['keys begin with ', 'hsa-0 or hsa-1', '']);
  });

  it('is not needed without a key that a model cannot write by chance', () => {
    assert.equal(new KeyRedactor(['none', 'lm-studio', 'no-key-required']).answerFilters(), undefined);
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
