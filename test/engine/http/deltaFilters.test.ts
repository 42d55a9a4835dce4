import assert from 'node:assert/strict';
import fc from 'fast-check';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { KeyFilter, ThinkTags } from '../../../src/engine/http/deltaFilters';
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

function filtered(deltas: readonly string[]): readonly string[] {
  const filter = new KeyFilter(new KeyRedactor([key]).spellingsInAnswers);
  return [...deltas.map((delta) => filter.push(delta)), filter.flush()];
}

/** Removes the up to four characters of a key that the filter may pass on before it recognizes the key. */
const withoutKeyStart = (text: string): string => text.replaceAll(/(?:h|hs|hsa|hsa-)(?=\[redacted\])/g, '');

describe('key filter', () => {
  const base64 = Buffer.from(`x:${key}`).toString('base64');
  for (const [name, text, expected] of [
    ['a key', `The key is ${key}.`, 'The key is [redacted].'],
    ['two keys', `${key} ${key}`, '[redacted] [redacted]'],
    ['the first half of a key', `${key.slice(0, 14)} is it`, '[redacted] is it'],
    ['the first half of a key at the end', `It is ${key.slice(0, 14)}`, 'It is [redacted]'],
    ['a key that follows the first characters of a key', `hsa-01${key}`, 'hsa-01[redacted]'],
  ] as const) {
    it(`removes ${name}, in one delta`, () => {
      assert.equal(filtered([text]).join(''), expected);
    });

    it(`removes ${name}, split between deltas, except for the first four characters`, () => {
      for (let size = 1; size < text.length; size++) {
        const result = filtered(textPieces(text, size)).join('');
        assert.equal(withoutKeyStart(result), withoutKeyStart(expected), `in pieces of ${size}`);
      }
    });
  }

  it('removes a key in Base64', () => {
    const result = filtered(textPieces(`Basic ${base64}`, 3)).join('');
    assert.ok(!result.includes(base64.slice(4, 20)), result);
  });

  for (const [name, text] of [
    ['upper case', key.toUpperCase()],
    ['hexadecimal', Buffer.from(key).toString('hex')],
    ['hexadecimal in upper case', Buffer.from(key).toString('hex').toUpperCase()],
  ] as const) {
    it(`removes a key in ${name}`, () => {
      for (const size of [1, 3, 100]) {
        assert.match(filtered(textPieces(`It is ${text}.`, size)).join(''), /^It is .{0,4}\[redacted\]\.$/);
      }
    });
  }

  it('passes on a text immediately when no key can begin in it', () => {
    assert.deepEqual(filtered(['Sheep on the h', 'ill, hs', 'a']), ['Sheep on the h', 'ill, hs', 'a', '']);
  });

  it('passes on a text that turns out not to be a key', () => {
    assert.deepEqual(filtered(['keys begin with hsa-0', ' or hsa-1']), ['keys begin with ', 'hsa-0 or hsa-1', '']);
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
