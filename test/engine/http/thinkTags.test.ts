import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Delta } from '../../../src/engine/http/dialect';
import { ThinkTags } from '../../../src/engine/http/thinkTags';
import { textPieces } from '../../support/pieces';
import { propertyRuns } from '../../support/propertyRuns';

interface Answer {
  readonly reasoning: string;
  readonly text: string;
}

/** What a reader has of an answer whose deltas are `parts`; a part that begins with `R:` is reasoning in its own field. */
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
    tags.take(isReasoning ? { type: 'reasoning', text: part.slice(2) } : { type: 'text', text: part });
  }
  tags.flush();
  return { reasoning, text };
}

const answers: readonly (readonly [name: string, content: string, answer: Answer])[] = [
  ['takes tagged reasoning out of the text', '<think>\nHm\n</think>\n4', { reasoning: '\nHm\n', text: '\n4' }],
  ['takes empty tags out of the text', '<think></think>4', { reasoning: '', text: '4' }],
  ['takes tags after blank lines', '\n\n<think>Hm</think>4', { reasoning: 'Hm', text: '4' }],
  ['takes the rest as reasoning where the tag is never closed', '<think>Hm', { reasoning: 'Hm', text: '' }],
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
    'takes the text before a lone closing tag as reasoning',
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
  ['shows a beginning of a tag that is none', '<thin ice', { reasoning: '', text: '<thin ice' }],
];

describe('think tags', () => {
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
    it(`passes on the beginning of a tag before ${delta.type}`, () => {
      const told: string[] = [];
      const tags = new ThinkTags((passed) => told.push(passed.type === 'text' ? passed.text : passed.type));
      tags.take({ type: 'text', text: 'a </th' });
      tags.take(delta);
      assert.deepEqual(told, ['a ', '</th', delta.type]);
    });
  }

  it('passes leading white space on in linear time', () => {
    const { text } = read(Array.from({ length: 100_000 }, () => '\n'));
    assert.equal(text.length, 100_000);
  });

  it('leaves a closing tag in a sentence behind reasoning in a field of its own', () => {
    assert.deepEqual(read(['R:Hm', 'The tag </think>', ' is one.']), {
      reasoning: 'Hm',
      text: 'The tag </think> is one.',
    });
  });

  it('closes reasoning that began in a field of its own anywhere in the text', () => {
    assert.deepEqual(read(['R:Hm', ' so.</think>', '4']), { reasoning: 'Hm so.', text: '4' });
    assert.deepEqual(read(['R:Hm', '</think>\n4']), { reasoning: 'Hm', text: '\n4' });
  });

  it('holds no more than 100 characters behind a closing tag, in linear time', function () {
    this.timeout(10_000);
    const spaces = Array.from({ length: 500_000 }, () => ' ');
    const { text } = read(['Hm', ' so </think>', ...spaces]);
    assert.equal(text.length, 'Hm so </think>'.length + spaces.length);
  });

  it('reads the same answer however its text is split', () => {
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
