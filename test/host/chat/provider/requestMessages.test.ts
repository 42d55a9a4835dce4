import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import type { ChatMessage } from '../../../../src/engine/request';
import { useVSCode } from '../../../support/fakeVSCode';
import {
  LanguageModelDataPart,
  LanguageModelTextPart,
  LanguageModelThinkingPart,
  LanguageModelToolCallPart,
} from './languageModelParts';

class LanguageModelPromptTsxPart {
  constructor(readonly value: unknown) {}
}

class LanguageModelToolResultPart {
  constructor(
    readonly callId: string,
    readonly content: readonly unknown[],
    readonly isError?: boolean,
  ) {}
}

const roles = { user: 1, assistant: 2, system: 3 } as const;

interface VSCodeMessage {
  readonly role: number;
  readonly content: readonly unknown[];
}

const text = (content: string): unknown => new LanguageModelTextPart(content);
const data = (mimeType: string, content: string): unknown => new LanguageModelDataPart(Buffer.from(content), mimeType);
const tree = (value: unknown): unknown => new LanguageModelPromptTsxPart(value);
const call = (id: string, input: object | undefined = {}): unknown => new LanguageModelToolCallPart(id, 'read', input);
const result = (id: string, content: string): unknown => new LanguageModelToolResultPart(id, [text(content)]);
const image = new LanguageModelDataPart(new Uint8Array([0, 0, 0]), 'image/PNG');
const user = (...content: readonly unknown[]): VSCodeMessage => ({ role: roles.user, content });
const assistant = (...content: readonly unknown[]): VSCodeMessage => ({ role: roles.assistant, content });
const sentImage = { type: 'image', mimeType: 'image/png', data: 'AAAA' } as const;
const toolCalls = (content: string, ...ids: readonly string[]): ChatMessage => ({
  role: 'assistant',
  content,
  toolCalls: ids.map((id) => ({ id, name: 'read', arguments: '{}' })),
});
const toolResult = (toolCallId: string, content: string): ChatMessage => ({ role: 'tool', toolCallId, content });
const message = (role: 'system' | 'user' | 'assistant', content: string): ChatMessage => ({ role, content });

const cases: readonly (readonly [behavior: string, given: readonly VSCodeMessage[], sent: readonly ChatMessage[]])[] = [
  [
    'converts every role',
    [{ role: roles.system, content: [text('Be brief.')] }, user(text('Hi')), assistant(text('Hello'))],
    [message('system', 'Be brief.'), message('user', 'Hi'), message('assistant', 'Hello')],
  ],
  ['joins the texts of a message', [user(text('a'), text('b'))], [message('user', 'ab')]],
  ['merges two consecutive user messages', [user(text('a')), user(text('b'))], [message('user', 'a\n\nb')]],
  [
    'keeps an image with its text',
    [user(text('What?'), image)],
    [{ role: 'user', content: [{ type: 'text', text: 'What?' }, sentImage] }],
  ],
  [
    'merges a text with the image of the next message',
    [user(text('a')), user(image)],
    [{ role: 'user', content: [{ type: 'text', text: 'a' }, sentImage] }],
  ],
  [
    'places a tool result directly after its call, before the text of the same message',
    [assistant(text('Let me see.'), call('1')), user(text('and?'), result('1', 'text'))],
    [toolCalls('Let me see.', '1'), toolResult('1', 'text'), message('user', 'and?')],
  ],
  [
    'places the results of several calls in the order of the calls',
    [assistant(call('1'), call('2')), user(result('2', 'b')), user(result('1', 'a'))],
    [toolCalls('', '1', '2'), toolResult('1', 'a'), toolResult('2', 'b')],
  ],
  [
    'distinguishes calls in two messages that have the same ID',
    [assistant(call('0')), user(result('0', 'a')), assistant(call('0')), user(result('0', 'b'))],
    [toolCalls('', '0'), toolResult('0', 'a'), toolCalls('', '0'), toolResult('0', 'b')],
  ],
  [
    'assigns a result to the last call with its ID when a previous call has no result',
    [
      assistant(text('First.'), call('0')),
      user(text('No.')),
      assistant(text('Second.'), call('0')),
      user(result('0', 'b')),
    ],
    [message('assistant', 'First.'), message('user', 'No.'), toolCalls('Second.', '0'), toolResult('0', 'b')],
  ],
  [
    'sends the second result for the same call as text',
    [assistant(call('0')), user(result('0', 'a')), user(result('0', 'b'))],
    [toolCalls('', '0'), toolResult('0', 'a'), message('user', 'b')],
  ],
  ['leaves out a call without a result', [assistant(call('1')), user(text('Stop.'))], [message('user', 'Stop.')]],
  [
    'keeps the text of a message whose call has no result',
    [assistant(text('Let me see.'), call('1'))],
    [message('assistant', 'Let me see.')],
  ],
  ['sends a result without a call as text', [user(result('9', 'text'))], [message('user', 'text')]],
  [
    'sends a placeholder for an empty tool result',
    [assistant(call('1')), user(result('1', ''))],
    [toolCalls('', '1'), toolResult('1', 'The tool has returned nothing.')],
  ],
  [
    'mentions that a tool has failed',
    [assistant(call('1')), user(new LanguageModelToolResultPart('1', [text('no file')], true))],
    [toolCalls('', '1'), toolResult('1', 'The tool has failed: no file')],
  ],
  [
    'sends an image in a tool result in a user message after the result',
    [assistant(call('1')), user(new LanguageModelToolResultPart('1', [image]))],
    [
      toolCalls('', '1'),
      toolResult('1', 'See the image that follows.'),
      { role: 'user', content: [{ type: 'text', text: 'Shown by the tool read:' }, sentImage] },
    ],
  ],
  ['leaves out empty messages', [user(), assistant(), user(text(''))], []],
  [
    'sends an empty object for a call without arguments',
    [assistant(call('1', undefined)), user(result('1', 'a'))],
    [toolCalls('', '1'), toolResult('1', 'a')],
  ],
  [
    'sends text and JSON data as text, and leaves out other data',
    [user('a', data('text/plain', 'b'), data('application/x+json', '{}'), data('stateful_marker', 'c'))],
    [message('user', 'ab{}')],
  ],
  [
    'leaves out the reasoning of a model',
    [assistant(new LanguageModelThinkingPart('Hm.'), text('a'))],
    [message('assistant', 'a')],
  ],
  [
    'sends the text of a prompt tree with its line breaks',
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
    [message('user', 'ab\nc\nd')],
  ],
  ['replaces an unpaired surrogate', [user(text('a\ud83d'))], [message('user', 'a\ufffd')]],
];

describe('conversion of messages from VS Code', () => {
  useVSCode({
    LanguageModelTextPart,
    LanguageModelDataPart,
    LanguageModelPromptTsxPart,
    LanguageModelToolCallPart,
    LanguageModelToolResultPart,
    LanguageModelChatMessageRole: { User: roles.user, Assistant: roles.assistant },
  });

  for (const [behavior, given, sent] of cases) {
    it(behavior, async () => {
      const { requestMessages } = await import('../../../../src/host/chat/provider/requestMessages');
      const messages = given as unknown as readonly vscode.LanguageModelChatRequestMessage[];
      assert.deepEqual(requestMessages(messages), sent);
    });
  }
});
