import assert from 'node:assert/strict';
import type { RepairableParameter } from '../../../src/engine/faults/unsupportedParameter';
import type { ChatRequest, Tool } from '../../../src/engine/request';
import { requestBody } from '../../../src/engine/http/requestBody';
import type { OutgoingMessage } from '../../../src/engine/answer/continuation';

const tool: Tool = { name: 'read', description: 'Reads a file.', parameters: { type: 'object', properties: {} } };

function body(request: Partial<ChatRequest>, ...refused: readonly RepairableParameter[]): Record<string, unknown> {
  const { messages = [], ...rest } = request;
  return { ...requestBody({ model: 'm', ...rest }, messages, new Set(refused)) };
}

/** What of a request is on the wire, beside the model, the messages, the stream and its usage. */
const parameters: readonly (readonly [what: string, request: Partial<ChatRequest>, sent: object])[] = [
  ['nothing', {}, {}],
  ['a temperature of 0', { temperature: 0 }, { temperature: 0 }],
  ['a limit', { maxTokens: 5 }, { max_tokens: 5 }],
  ['a top p', { topP: 0.5 }, { top_p: 0.5 }],
  ['stop words', { stop: ['a', 'b'] }, { stop: ['a', 'b'] }],
  ['no stop words', { stop: [] }, {}],
  [
    'a tool',
    { tools: [tool] },
    {
      tools: [
        { type: 'function', function: { name: 'read', description: 'Reads a file.', parameters: tool.parameters } },
      ],
    },
  ],
  ['no tools, of which one is required', { tools: [], toolChoice: 'required' }, {}],
];

const messages: readonly (readonly [what: string, message: OutgoingMessage, sent: object])[] = [
  ['a text', { role: 'system', content: 'Be brief.' }, { role: 'system', content: 'Be brief.' }],
  ['a prefill', { role: 'assistant', content: 'So', prefix: true }, { role: 'assistant', content: 'So', prefix: true }],
  [
    'an image beside a text',
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is it?' },
        { type: 'image', mimeType: 'image/png', data: 'AAAA' },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is it?' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      ],
    },
  ],
  [
    'a tool call, with no text beside it',
    { role: 'assistant', content: '', toolCalls: [{ id: '1', name: 'read', arguments: '{"a":1}' }] },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: '1', type: 'function', function: { name: 'read', arguments: '{"a":1}' } }],
    },
  ],
  [
    'what a tool has brought',
    { role: 'tool', toolCallId: '1', content: 'text' },
    { role: 'tool', tool_call_id: '1', content: 'text' },
  ],
];

describe('the body of a request', () => {
  for (const [what, request, sent] of parameters) {
    it(`carries ${what}`, () => {
      const usual = { model: 'm', messages: [], stream: true, stream_options: { include_usage: true } };
      assert.deepEqual(body(request), { ...usual, ...sent });
    });
  }

  for (const [what, message, sent] of messages) {
    it(`has for ${what} the names of the wire`, () =>
      assert.deepEqual(body({ messages: [message] })['messages'], [sent]));
  }

  it('says whether a tool has to be called', () =>
    assert.equal(body({ tools: [tool], toolChoice: 'required' })['tool_choice'], 'required'));

  it('leaves out, or names otherwise, what the gateway has refused', () => {
    const request = { temperature: 1, maxTokens: 5 };
    assert.deepEqual(body(request, 'stream_options', 'temperature', 'max_tokens'), {
      ...{ model: 'm', messages: [], stream: true, max_completion_tokens: 5 },
    });
  });
});
