import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import type { ChatMessage } from '../../../../src/engine/request';
import { useVSCode } from '../../../support/fakeVSCode';

/** The parts of VS Code's API, with the properties that are read. */
class LanguageModelTextPart {
  constructor(readonly value: string) {}
}

class LanguageModelDataPart {
  constructor(
    readonly data: Uint8Array,
    readonly mimeType: string,
  ) {}
}

class LanguageModelPromptTsxPart {
  constructor(readonly value: unknown) {}
}

class LanguageModelThinkingPart {
  constructor(readonly value: string) {}
}

class LanguageModelToolCallPart {
  constructor(
    readonly callId: string,
    readonly name: string,
    readonly input: object | undefined,
  ) {}
}

class LanguageModelToolResultPart {
  constructor(
    readonly callId: string,
    readonly content: readonly unknown[],
    readonly isError?: boolean,
  ) {}
}

const roles = { user: 1, assistant: 2, system: 3 } as const;

interface Given {
  readonly role: number;
  readonly content: readonly unknown[];
}

const text = (words: string): unknown => new LanguageModelTextPart(words);
const data = (mimeType: string, words: string): unknown => new LanguageModelDataPart(Buffer.from(words), mimeType);
const tree = (value: unknown): unknown => new LanguageModelPromptTsxPart(value);
const call = (id: string, input: object | undefined = {}): unknown => new LanguageModelToolCallPart(id, 'read', input);
const result = (id: string, words: string): unknown => new LanguageModelToolResultPart(id, [text(words)]);
const image = new LanguageModelDataPart(new Uint8Array([0, 0, 0]), 'image/PNG');
const user = (...content: readonly unknown[]): Given => ({ role: roles.user, content });
const assistant = (...content: readonly unknown[]): Given => ({ role: roles.assistant, content });
const sentImage = { type: 'image', mimeType: 'image/png', data: 'AAAA' } as const;
const called = (content: string, ...ids: readonly string[]): ChatMessage => ({
  ...{ role: 'assistant', content, toolCalls: ids.map((id) => ({ id, name: 'read', arguments: '{}' })) },
});
const returned = (toolCallId: string, content: string): ChatMessage => ({ role: 'tool', toolCallId, content });
const said = (role: 'system' | 'user' | 'assistant', content: string): ChatMessage => ({ role, content });

const cases: readonly (readonly [what: string, given: readonly Given[], sent: readonly ChatMessage[]])[] = [
  [
    'every role',
    [{ role: roles.system, content: [text('Be brief.')] }, user(text('Hi')), assistant(text('Hello'))],
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
    [assistant(call('1')), user(new LanguageModelToolResultPart('1', [text('no file')], true))],
    [called('', '1'), returned('1', 'The tool has failed: no file')],
  ],
  [
    'an image of a tool after its result, as the user',
    [assistant(call('1')), user(new LanguageModelToolResultPart('1', [image]))],
    [
      called('', '1'),
      returned('1', 'See the image that follows.'),
      { role: 'user', content: [{ type: 'text', text: 'Shown by the tool read:' }, sentImage] },
    ],
  ],
  ['nothing for a message that says nothing', [user(), assistant(), user(text(''))], []],
  [
    'an empty object for a call without arguments',
    [assistant(call('1', undefined)), user(result('1', 'a'))],
    [called('', '1'), returned('1', 'a')],
  ],
  [
    'a text, JSON and a string as texts, and nothing of other data',
    [user('a', data('text/plain', 'b'), data('application/x+json', '{}'), data('stateful_marker', 'c'))],
    [said('user', 'ab{}')],
  ],
  [
    'nothing of what a model thought',
    [assistant(new LanguageModelThinkingPart('Hm.'), text('a'))],
    [said('assistant', 'a')],
  ],
  [
    'the texts of a prompt tree, each on its line',
    [
      user(
        tree({
          node: {
            children: [
              { children: [{ text: 'a' }, { text: 'b', lineBreakBefore: false }] },
              { children: [{ text: 'c', lineBreakBefore: true }] },
              { text: 'd', lineBreakBefore: 1 },
            ],
          },
        }),
        tree('no tree'),
        tree({ node: {} }),
      ),
    ],
    [said('user', 'ab\nc\nd')],
  ],
  ['no half character', [user(text('a\ud83d'))], [said('user', 'a\ufffd')]],
];

describe('the messages of a chat on the wire', () => {
  useVSCode({
    LanguageModelTextPart,
    LanguageModelDataPart,
    LanguageModelPromptTsxPart,
    LanguageModelToolCallPart,
    LanguageModelToolResultPart,
    LanguageModelChatMessageRole: { User: roles.user, Assistant: roles.assistant },
  });

  for (const [what, given, sent] of cases) {
    it(`have ${what}`, async () => {
      const { requestMessages } = await import('../../../../src/host/chat/provider/requestMessages');
      const messages = given as unknown as readonly vscode.LanguageModelChatRequestMessage[];
      assert.deepEqual(requestMessages(messages), sent);
    });
  }
});
