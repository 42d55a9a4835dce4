import assert from 'node:assert/strict';
import type { ChatMessage } from '../../../src/core/request';
import type { PlainMessage, PlainPart } from '../../../src/host/languageModels/plainMessage';
import { requestMessages } from '../../../src/host/languageModels/requestMessages';

const text = (words: string): PlainPart => ({ type: 'text', text: words });
const call = (id: string, name = 'read'): PlainPart => ({ type: 'tool-call', id, name, arguments: '{}' });
const result = (id: string, words: string): PlainPart => ({
  ...{ type: 'tool-result', id, text: words, images: [], failed: false },
});
const image = { type: 'image', mimeType: 'image/png', data: new Uint8Array([0, 0, 0]) } as const;
const user = (...parts: readonly PlainPart[]): PlainMessage => ({ role: 'user', parts });
const assistant = (...parts: readonly PlainPart[]): PlainMessage => ({ role: 'assistant', parts });
const sentImage = { type: 'image', mimeType: 'image/png', data: 'AAAA' } as const;
const called = (content: string, ...ids: readonly string[]): ChatMessage => ({
  ...{ role: 'assistant', content, toolCalls: ids.map((id) => ({ id, name: 'read', arguments: '{}' })) },
});
const returned = (toolCallId: string, content: string): ChatMessage => ({ role: 'tool', toolCallId, content });
const said = (role: 'system' | 'user' | 'assistant', content: string): ChatMessage => ({ role, content });

const cases: readonly (readonly [what: string, given: readonly PlainMessage[], sent: readonly ChatMessage[]])[] = [
  [
    'every role',
    [{ role: 'system', parts: [text('Be brief.')] }, user(text('Hi')), assistant(text('Hello'))],
    [said('system', 'Be brief.'), said('user', 'Hi'), said('assistant', 'Hello')],
  ],
  ['the texts of a message as one', [user(text('a'), text('b'))], [said('user', 'ab')]],
  ['two messages of the user in a row as one', [user(text('a')), user(text('b'))], [said('user', 'a\n\nb')]],
  [
    'an image beside its text',
    [user(text('What?'), image)],
    [{ role: 'user', content: [{ type: 'text', text: 'What?' }, sentImage] }],
  ],
  [
    'a text before an image of the next message with it',
    [user(text('a')), user(image)],
    [{ role: 'user', content: [{ type: 'text', text: 'a' }, sentImage] }],
  ],
  [
    'a result right after its call, before what the user says with it',
    [assistant(text('Let me see.'), call('1')), user(text('and?'), result('1', 'text'))],
    [called('Let me see.', '1'), returned('1', 'text'), said('user', 'and?')],
  ],
  [
    'the results of several calls in the order of the calls',
    [assistant(call('1'), call('2')), user(result('2', 'b')), user(result('1', 'a'))],
    [called('', '1', '2'), returned('1', 'a'), returned('2', 'b')],
  ],
  [
    'calls of two messages that have the same id apart',
    [assistant(call('0')), user(result('0', 'a')), assistant(call('0')), user(result('0', 'b'))],
    [called('', '0'), returned('0', 'a'), called('', '0'), returned('0', 'b')],
  ],
  [
    'a result with the last call of its id, where an earlier one was never answered',
    [
      assistant(text('First.'), call('0')),
      user(text('No.')),
      assistant(text('Second.'), call('0')),
      user(result('0', 'b')),
    ],
    [said('assistant', 'First.'), said('user', 'No.'), called('Second.', '0'), returned('0', 'b')],
  ],
  [
    'a second result for one call as a text',
    [assistant(call('0')), user(result('0', 'a')), user(result('0', 'b'))],
    [called('', '0'), returned('0', 'a'), said('user', 'b')],
  ],
  ['no call that nobody has answered', [assistant(call('1')), user(text('Stop.'))], [said('user', 'Stop.')]],
  [
    'the text beside a call that nobody has answered',
    [assistant(text('Let me see.'), call('1'))],
    [said('assistant', 'Let me see.')],
  ],
  ['a result that nobody has asked for as a text', [user(result('9', 'text'))], [said('user', 'text')]],
  [
    'a result without words in words',
    [assistant(call('1')), user(result('1', ''))],
    [called('', '1'), returned('1', 'The tool has returned nothing.')],
  ],
  [
    'that a tool has failed',
    [assistant(call('1')), user({ type: 'tool-result', id: '1', text: 'no file', images: [], failed: true })],
    [called('', '1'), returned('1', 'The tool has failed: no file')],
  ],
  [
    'an image of a tool after its result, as the user',
    [assistant(call('1')), user({ type: 'tool-result', id: '1', text: '', images: [image], failed: false })],
    [
      called('', '1'),
      returned('1', 'See the image that follows.'),
      { role: 'user', content: [{ type: 'text', text: 'Shown by the tool read:' }, sentImage] },
    ],
  ],
  ['nothing for a message that says nothing', [user(), assistant(), user(text(''))], []],
  ['no half character', [user(text('a\ud83d'))], [said('user', 'a\ufffd')]],
];

describe('the messages of a chat on the wire', () => {
  for (const [what, given, sent] of cases) it(`have ${what}`, () => assert.deepEqual(requestMessages(given), sent));
});
