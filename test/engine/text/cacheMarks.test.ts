import assert from 'node:assert/strict';
import { withCacheMarks } from '../../../src/engine/text/cacheMarks';
import type { OutgoingMessage } from '../../../src/engine/text/continuation';
import type { ContentPart, TextPart } from '../../../src/engine/request';

const mark: ContentPart = { type: 'cacheMark' };
const image: ContentPart = { type: 'image', mimeType: 'image/png', data: 'AAAA' };
const text = (value: string): TextPart => ({ type: 'text', text: value });
const user = (...content: readonly ContentPart[]): OutgoingMessage => ({ role: 'user', content });
const long = 'word '.repeat(1000);
const conversation: readonly OutgoingMessage[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: long },
  { role: 'assistant', content: 'Yes.' },
  { role: 'user', content: 'Why?' },
];

/** Returns the content of each message in a request to a model with explicit caching. */
const marked = (messages: readonly OutgoingMessage[]): readonly unknown[] =>
  withCacheMarks(messages, 'explicit').map(({ content }) => content);

const isMarked = (messages: readonly OutgoingMessage[]): boolean =>
  JSON.stringify(marked(messages)).includes('cacheMark');

describe('request to a model with explicit caching', () => {
  it('marks the end of the system message and of the newest user message', () => {
    assert.deepEqual(marked(conversation), [[text('Be brief.'), mark], [text(long)], 'Yes.', [text('Why?'), mark]]);
  });

  it('marks only the newest user message if there is no system message', () => {
    assert.deepEqual(marked(conversation.slice(1)), [[text(long)], 'Yes.', [text('Why?'), mark]]);
  });

  it('contains the mark after the images of the newest user message', () => {
    const messages = [...conversation.slice(0, 3), user(image, text('Why?'))];
    assert.deepEqual(marked(messages).at(-1), [image, text('Why?'), mark]);
  });

  it('marks the newest user message, and not the tool results after it', () => {
    const messages: readonly OutgoingMessage[] = [
      ...conversation,
      { role: 'assistant', content: '', toolCalls: [{ id: '1', name: 'read', arguments: '{}' }] },
      { role: 'tool', toolCallId: '1', content: 'found' },
    ];
    assert.deepEqual(marked(messages).slice(3), [[text('Why?'), mark], '', 'found']);
  });

  it('begins with the messages of the previous request, apart from the marks', () => {
    const [first, second] = [conversation, [...conversation, ...conversation.slice(2)]].map((messages) =>
      withCacheMarks(messages, 'explicit').map(({ role, content }) => [
        role,
        typeof content === 'string' ? content : content.filter(({ type }) => type !== 'cacheMark'),
      ]),
    );
    assert.deepEqual(second?.slice(0, 4), first);
  });

  it('contains no marks without an earlier answer', () => {
    assert.equal(isMarked(conversation.slice(0, 2)), false);
    assert.equal(isMarked([...conversation.slice(0, 2), { role: 'assistant', content: 'Part' }]), false);
  });

  for (const { chars, expected } of [
    { chars: 4 * 1023 - 8, expected: false },
    { chars: 4 * 1024 - 8, expected: true },
  ])
    it(`contains ${expected ? '' : 'no '}marks if its messages have ${(chars + 8) / 4} tokens`, () => {
      const messages = [user(text('x'.repeat(chars))), ...conversation.slice(2)];
      assert.equal(isMarked(messages), expected);
    });

  it('contains marks if a short prompt has an image', () => {
    assert.equal(isMarked([user(image, text('What is this?')), ...conversation.slice(2)]), true);
  });

  it("contains only the caller's marks if the caller has set marks", () => {
    const messages = [user(text(long), mark, text('b')), ...conversation.slice(2)];
    assert.deepEqual(marked(messages), [[text(long), mark, text('b')], [text('Yes.')], [text('Why?')]]);
  });

  it("contains the caller's marks in messages of every role", () => {
    const messages: readonly OutgoingMessage[] = [
      { role: 'system', content: [text('s'), mark] },
      { role: 'assistant', content: [text('a'), mark] },
      { role: 'tool', toolCallId: '1', content: [text('t'), mark] },
    ];
    assert.deepEqual(withCacheMarks(messages, 'explicit'), messages);
  });

  it("contains only the last four of the caller's marks", () => {
    const messages = [
      user(text('a'), mark, text('b'), mark),
      { role: 'assistant', content: [text('c'), mark] } as const,
      user(text('d'), mark, text('e'), mark, text('f'), mark),
    ];
    assert.deepEqual(marked(messages), [
      [text('a'), text('b')],
      [text('c'), mark],
      [text('d'), mark, text('e'), mark, text('f'), mark],
    ]);
  });

  it("begins with the messages of the previous request after the caller's marks have moved", () => {
    const call = { role: 'assistant', content: '', toolCalls: [{ id: '1', name: 'read', arguments: '{}' }] } as const;
    const result = { role: 'tool', toolCallId: '1', content: 'found' } as const;
    const first = [user(text('Look.')), call, { ...result, content: [text('found'), mark] }];
    const second = [user(text('Look.')), call, result, call, { ...result, content: [text('more'), mark] }];
    const [firstContents, secondContents] = [first, second].map((messages) =>
      marked(messages).map((content) => JSON.stringify(content).replace(`,${JSON.stringify(mark)}`, '')),
    );
    assert.deepEqual(secondContents?.slice(0, first.length), firstContents);
  });

  it('contains an empty text as a string', () => {
    assert.deepEqual(marked([{ role: 'user', content: '' }]), ['']);
  });
});

describe('request to a model without explicit caching', () => {
  const unmarked = (messages: readonly OutgoingMessage[]) => withCacheMarks(messages, undefined);

  it('contains the messages unchanged', () => assert.deepEqual(unmarked(conversation), conversation));

  it('contains the texts before and after a cache mark as one string', () => {
    assert.deepEqual(unmarked([user(text('a'), mark, text('\n\nb'), mark)]), [{ role: 'user', content: 'a\n\nb' }]);
  });

  it('contains an image and the texts beside it without their marks', () => {
    assert.deepEqual(unmarked([user(text('a'), mark, image, mark)]), [user(text('a'), image)]);
  });

  it('contains a prefill unchanged', () => {
    const prefill: OutgoingMessage = { role: 'assistant', content: 'So', prefix: true };
    assert.deepEqual(unmarked([prefill]), [prefill]);
  });
});
