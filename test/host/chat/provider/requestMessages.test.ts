import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import type { ChatMessage } from '../../../../src/engine/request';
import { withCacheMarks } from '../../../../src/engine/text/cacheMarks';
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
const result = (id: string, content: string, ...more: readonly unknown[]): unknown =>
  new LanguageModelToolResultPart(id, [text(content), ...more]);
const cacheControl = data('cache_control', 'ephemeral');
const image = new LanguageModelDataPart(new Uint8Array([0, 0, 0]), 'image/PNG');
const user = (...content: readonly unknown[]): VSCodeMessage => ({ role: roles.user, content });
const assistant = (...content: readonly unknown[]): VSCodeMessage => ({ role: roles.assistant, content });
const sentImage = { type: 'image', mimeType: 'image/png', data: 'AAAA' } as const;
const sentText = (value: string) => ({ type: 'text', text: value }) as const;
const mark = { type: 'cacheMark' } as const;
const toolCalls = (content: string, ...ids: readonly string[]): ChatMessage => ({
  role: 'assistant',
  content,
  toolCalls: ids.map((id) => ({ id, name: 'read', arguments: '{}' })),
});
const toolResult = (toolCallId: string, content: string): ChatMessage => ({ role: 'tool', toolCallId, content });
const message = (role: 'system' | 'user' | 'assistant', content: string): ChatMessage => ({ role, content });

const cases: readonly {
  readonly behavior: string;
  readonly given: readonly VSCodeMessage[];
  readonly sent: readonly ChatMessage[];
}[] = [
  {
    behavior: 'converts every role',
    given: [{ role: roles.system, content: [text('Be brief.')] }, user(text('Hi')), assistant(text('Hello'))],
    sent: [message('system', 'Be brief.'), message('user', 'Hi'), message('assistant', 'Hello')],
  },
  { behavior: 'joins the texts of a message', given: [user(text('a'), text('b'))], sent: [message('user', 'ab')] },
  {
    behavior: 'merges two consecutive user messages, with their texts as parts',
    given: [user(text('a')), user(text('b'))],
    sent: [{ role: 'user', content: [sentText('a'), sentText('\n\nb')] }],
  },
  {
    behavior: 'keeps an image with its text',
    given: [user(text('What?'), image)],
    sent: [{ role: 'user', content: [{ type: 'text', text: 'What?' }, sentImage] }],
  },
  {
    behavior: 'merges a text with the image of the next message',
    given: [user(text('a')), user(image)],
    sent: [{ role: 'user', content: [{ type: 'text', text: 'a' }, sentImage] }],
  },
  {
    behavior: 'joins the texts of merged messages when an image follows',
    given: [user(text('a')), user(text('b')), user(image)],
    sent: [{ role: 'user', content: [sentText('a\n\nb'), sentImage] }],
  },
  {
    behavior: 'sends a cache mark in a message of every role',
    given: [
      { role: roles.system, content: [text('Be brief.'), cacheControl] },
      user(text('a'), text('b'), cacheControl, text('c')),
      assistant(text('d'), cacheControl, call('1')),
      user(result('1', 'e', cacheControl)),
    ],
    sent: [
      { role: 'system', content: [sentText('Be brief.'), mark] },
      { role: 'user', content: [sentText('ab'), mark, sentText('c')] },
      { ...toolCalls('', '1'), content: [sentText('d'), mark] },
      { ...toolResult('1', ''), content: [sentText('e'), mark] },
    ],
  },
  {
    behavior: 'sends a cache mark between merged messages without any other change',
    given: [user(text('a'), cacheControl), user(text('b'))],
    sent: [{ role: 'user', content: [sentText('a'), mark, sentText('\n\nb')] }],
  },
  {
    behavior: 'adds a cache mark without text to the message before it',
    given: [user(cacheControl), assistant(call('1')), user(result('1', 'a'), cacheControl), assistant(cacheControl)],
    sent: [toolCalls('', '1'), { ...toolResult('1', ''), content: [sentText('a'), mark, mark] }],
  },
  {
    behavior: 'places a tool result directly after its call, before the text of the same message',
    given: [assistant(text('Let me see.'), call('1')), user(text('and?'), result('1', 'text'))],
    sent: [toolCalls('Let me see.', '1'), toolResult('1', 'text'), message('user', 'and?')],
  },
  {
    behavior: 'places the results of several calls in the order of the calls',
    given: [assistant(call('1'), call('2')), user(result('2', 'b')), user(result('1', 'a'))],
    sent: [toolCalls('', '1', '2'), toolResult('1', 'a'), toolResult('2', 'b')],
  },
  {
    behavior: 'distinguishes calls in two messages that have the same ID',
    given: [assistant(call('0')), user(result('0', 'a')), assistant(call('0')), user(result('0', 'b'))],
    sent: [toolCalls('', '0'), toolResult('0', 'a'), toolCalls('', '0'), toolResult('0', 'b')],
  },
  {
    behavior: 'assigns a result to the last call with its ID when a previous call has no result',
    given: [
      assistant(text('First.'), call('0')),
      user(text('No.')),
      assistant(text('Second.'), call('0')),
      user(result('0', 'b')),
    ],
    sent: [message('assistant', 'First.'), message('user', 'No.'), toolCalls('Second.', '0'), toolResult('0', 'b')],
  },
  {
    behavior: 'sends the second result for the same call as text',
    given: [assistant(call('0')), user(result('0', 'a')), user(result('0', 'b'))],
    sent: [toolCalls('', '0'), toolResult('0', 'a'), message('user', 'b')],
  },
  {
    behavior: 'leaves out a call without a result',
    given: [assistant(call('1')), user(text('Stop.'))],
    sent: [message('user', 'Stop.')],
  },
  {
    behavior: 'keeps the text of a message whose call has no result',
    given: [assistant(text('Let me see.'), call('1'))],
    sent: [message('assistant', 'Let me see.')],
  },
  {
    behavior: 'sends a result without a call as text',
    given: [user(result('9', 'text'))],
    sent: [message('user', 'text')],
  },
  {
    behavior: 'sends a placeholder for an empty tool result',
    given: [assistant(call('1')), user(result('1', ''))],
    sent: [toolCalls('', '1'), toolResult('1', 'The tool has returned nothing.')],
  },
  {
    behavior: 'mentions that a tool has failed',
    given: [assistant(call('1')), user(new LanguageModelToolResultPart('1', [text('no file')], true))],
    sent: [toolCalls('', '1'), toolResult('1', 'The tool has failed: no file')],
  },
  {
    behavior: 'sends an image in a tool result in a user message after the result',
    given: [assistant(call('1')), user(new LanguageModelToolResultPart('1', [image]))],
    sent: [
      toolCalls('', '1'),
      toolResult('1', 'See the image that follows.'),
      { role: 'user', content: [{ type: 'text', text: 'Shown by the tool read:' }, sentImage] },
    ],
  },
  { behavior: 'leaves out empty messages', given: [user(), assistant(), user(text(''))], sent: [] },
  {
    behavior: 'sends an empty object for a call without arguments',
    given: [assistant(call('1', undefined)), user(result('1', 'a'))],
    sent: [toolCalls('', '1'), toolResult('1', 'a')],
  },
  {
    behavior: 'sends text and JSON data as text, and leaves out other data',
    given: [user('a', data('text/plain', 'b'), data('application/x+json', '{}'), data('stateful_marker', 'c'))],
    sent: [message('user', 'ab{}')],
  },
  {
    behavior: 'leaves out the reasoning of a model',
    given: [assistant(new LanguageModelThinkingPart('Hm.'), text('a'))],
    sent: [message('assistant', 'a')],
  },
  {
    behavior: 'sends the text of a prompt tree with its line breaks',
    given: [
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
    sent: [message('user', 'ab\nc\nd')],
  },
  { behavior: 'replaces an unpaired surrogate', given: [user(text('a\ud83d'))], sent: [message('user', 'a\ufffd')] },
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

  for (const { behavior, given, sent } of cases) {
    it(behavior, async () => {
      const { requestMessages } = await import('../../../../src/host/chat/provider/requestMessages');
      const messages = given as unknown as readonly vscode.LanguageModelChatRequestMessage[];
      assert.deepEqual(requestMessages(messages), sent);
    });
  }

  /** Returns the messages that a model gets that needs no cache marks. */
  const sentWithoutMarks = async (given: readonly VSCodeMessage[]) => {
    const { requestMessages } = await import('../../../../src/host/chat/provider/requestMessages');
    const messages = given as unknown as readonly vscode.LanguageModelChatRequestMessage[];
    return withCacheMarks(requestMessages(messages), undefined);
  };

  it('separates the texts of merged messages by a blank line for a model that needs no cache marks', async () => {
    assert.deepEqual(await sentWithoutMarks([user(text('a')), user(text('b'))]), [message('user', 'a\n\nb')]);
  });

  it('converts messages with and without cache marks to the same messages for a model that needs no marks', async () => {
    const withMarks = cases.flatMap(({ given }) => given);
    const unmarked = withMarks.map(({ role, content }) => ({
      role,
      content: content.filter((part) => part !== cacheControl),
    }));
    assert.deepEqual(await sentWithoutMarks(withMarks), await sentWithoutMarks(unmarked));
  });
});
