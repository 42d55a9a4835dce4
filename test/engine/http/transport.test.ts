import assert from 'node:assert/strict';
import { fake } from '../../support/fake';
import type { EngineDeps } from '../../../src/engine/engine';
import { OpenAI } from 'openai';
import type { OutgoingMessage } from '../../../src/engine/text/continuation';
import type { CorrectableParameter } from '../../../src/engine/faults/providerError';
import { ModelBehavior } from '../../../src/engine/gate/gatewayState';
import { readRejection, requestBody, send, type AttemptRequest } from '../../../src/engine/http/transport';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import type { ChatRequest, Tool } from '../../../src/engine/request';
import { LiveBody, ScriptedFetch, type Reply } from '../../support/scriptedFetch';
import { settle, VirtualClock } from '../../support/virtualClock';

const ok: Reply = () => new Response('');

function requestTo(baseUrl: string, apiKey: string): AttemptRequest {
  return {
    baseUrl,
    key: apiKey,
    timeout: { headersMs: null, firstTokenMs: null, idleMs: null, silentMs: null },
    request: { model: 'gpt-4o' },
    messages: [{ role: 'user', content: 'hi' }],
    behavior: new ModelBehavior(),
  };
}

function createSender(...replies: readonly Reply[]) {
  const wire = new ScriptedFetch(replies);
  const deps = fake<EngineDeps>({ clock: new VirtualClock(), fetch: wire.fetch, userAgent: 'HolySheepPrompt/test' });
  const sendTo = (request: AttemptRequest, signal = new AbortController().signal): Promise<Response> =>
    send(deps, request, signal);
  return { deps, wire, sendTo };
}

describe('sending a request', () => {
  it('uses the right base URL and API key for each of several concurrent requests', async () => {
    const { wire, sendTo } = createSender(ok);
    await sendTo(requestTo('https://a.test/v1', 'key-1'));
    await sendTo(requestTo('https://a.test/v1', 'key-2'));
    await Promise.all([
      sendTo(requestTo('https://b.test/v1', 'key-2')),
      sendTo(requestTo('https://a.test/v1', 'key-1')),
    ]);
    assert.deepEqual(wire.requests.map(({ url, headers }) => `${url} ${headers.get('authorization')}`).sort(), [
      'https://a.test/v1/chat/completions Bearer key-1',
      'https://a.test/v1/chat/completions Bearer key-1',
      'https://a.test/v1/chat/completions Bearer key-2',
      'https://b.test/v1/chat/completions Bearer key-2',
    ]);
  });

  it('sends no headers from environment variables', async () => {
    process.env['OPENAI_CUSTOM_HEADERS'] =
      'Accept: text/other\nContent-Type: text/other\nUser-Agent: other\nx-other: 1';
    try {
      const { wire, sendTo } = createSender(ok);
      await sendTo(requestTo('https://a.test/v1', 'key-1'));
      assert.deepEqual(Object.fromEntries(wire.requests[0]?.headers ?? []), {
        accept: 'application/json',
        authorization: 'Bearer key-1',
        'content-type': 'application/json',
        'user-agent': 'HolySheepPrompt/test',
      });
    } finally {
      delete process.env['OPENAI_CUSTOM_HEADERS'];
    }
  });

  it('encodes the request body exactly like the OpenAI SDK', async () => {
    const { wire, sendTo } = createSender(ok);
    const request = requestTo('https://a.test/v1', 'key-1');
    await sendTo({ ...request, messages: [{ role: 'user', content: 'π\ud800\u2028"' }] });
    const sent = wire.requests[0]?.body;
    const { req } = await new OpenAI({ apiKey: 'unused' }).buildRequest({ method: 'post', path: '/', body: sent });
    assert.equal(JSON.stringify(sent), req.body);
  });

  it('can be aborted while the body of an error response is read', async () => {
    const { wire, sendTo } = createSender(
      ({ signal }) => new Response(new LiveBody(signal).send('half').stream, { status: 503 }),
    );
    const controller = new AbortController();
    const response = await sendTo(requestTo('https://a.test/v1', 'key-1'), controller.signal);
    const rejection = readRejection(response, fake<EngineDeps>({ clock: new VirtualClock(), keys: new KeyRedactor() }));
    await settle();
    assert.equal(wire.requests[0]?.signal.aborted, false);
    controller.abort();
    const { status, body: text } = await rejection;
    assert.deepEqual([status, text], [503, 'half']);
  });
});

const tool: Tool = { name: 'read', description: 'Reads a file.', parameters: { type: 'object', properties: {} } };

function body(request: Partial<ChatRequest>, ...unsupported: readonly CorrectableParameter[]): Record<string, unknown> {
  const { messages = [], ...rest } = request;
  return { ...requestBody({ model: 'm', ...rest }, messages, new Set(unsupported)) };
}

/** Parameters of requests and their names in the body. Model, messages, stream and usage options are left out. */
const parameters: readonly { readonly name: string; readonly request: Partial<ChatRequest>; readonly sent: object }[] =
  [
    { name: 'no optional parameters', request: {}, sent: {} },
    { name: 'a temperature of 0', request: { temperature: 0 }, sent: { temperature: 0 } },
    { name: 'a token limit', request: { maxTokens: 5 }, sent: { max_tokens: 5 } },
    { name: 'a `top_p`', request: { topP: 0.5 }, sent: { top_p: 0.5 } },
    { name: 'stop sequences', request: { stop: ['a', 'b'] }, sent: { stop: ['a', 'b'] } },
    { name: 'no empty list of stop sequences', request: { stop: [] }, sent: {} },
    {
      name: 'a tool',
      request: { tools: [tool] },
      sent: {
        tools: [
          { type: 'function', function: { name: 'read', description: 'Reads a file.', parameters: tool.parameters } },
        ],
      },
    },
    {
      name: 'neither an empty list of tools nor a tool choice',
      request: { tools: [], toolChoice: 'required' },
      sent: {},
    },
  ];

const messages: readonly { readonly name: string; readonly message: OutgoingMessage; readonly sent: object }[] = [
  { name: 'a text', message: { role: 'system', content: 'Be brief.' }, sent: { role: 'system', content: 'Be brief.' } },
  {
    name: 'a prefill',
    message: { role: 'assistant', content: 'So', prefix: true },
    sent: { role: 'assistant', content: 'So', prefix: true },
  },
  {
    name: 'an image and a text',
    message: {
      role: 'user',
      content: [
        { type: 'text', text: 'What is it?' },
        { type: 'image', mimeType: 'image/png', data: 'AAAA' },
      ],
    },
    sent: {
      role: 'user',
      content: [
        { type: 'text', text: 'What is it?' },
        { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      ],
    },
  },
  {
    name: 'a tool call without text',
    message: { role: 'assistant', content: '', toolCalls: [{ id: '1', name: 'read', arguments: '{"a":1}' }] },
    sent: {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: '1', type: 'function', function: { name: 'read', arguments: '{"a":1}' } }],
    },
  },
  {
    name: 'the result of a tool',
    message: { role: 'tool', toolCallId: '1', content: 'text' },
    sent: { role: 'tool', tool_call_id: '1', content: 'text' },
  },
  {
    name: 'a cache mark after each content part that it follows',
    message: {
      role: 'user',
      content: [
        { type: 'text', text: 'a' },
        { type: 'cacheMark' },
        { type: 'text', text: 'b' },
        { type: 'image', mimeType: 'image/png', data: 'AAAA' },
        { type: 'cacheMark' },
      ],
    },
    sent: {
      role: 'user',
      content: [
        { type: 'text', text: 'a', cache_control: { type: 'ephemeral' } },
        { type: 'text', text: 'b' },
        {
          type: 'image_url',
          image_url: { url: 'data:image/png;base64,AAAA' },
          cache_control: { type: 'ephemeral' },
        },
      ],
    },
  },
  {
    name: 'a cache mark in the result of a tool',
    message: { role: 'tool', toolCallId: '1', content: [{ type: 'text', text: 'a' }, { type: 'cacheMark' }] },
    sent: {
      role: 'tool',
      tool_call_id: '1',
      content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }],
    },
  },
  {
    name: 'no cache mark that follows nothing',
    message: { role: 'user', content: [{ type: 'cacheMark' }, { type: 'text', text: 'a' }] },
    sent: { role: 'user', content: [{ type: 'text', text: 'a' }] },
  },
];

describe('request body', () => {
  for (const { name, request, sent } of parameters) {
    it(`contains ${name}`, () => {
      const defaults = { model: 'm', messages: [], stream: true, stream_options: { include_usage: true } };
      assert.deepEqual(body(request), { ...defaults, ...sent });
    });
  }

  for (const { name, message, sent } of messages) {
    it(`contains ${name} in the format of the OpenAI API`, () =>
      assert.deepEqual(body({ messages: [message] })['messages'], [sent]));
  }

  it('contains the tool choice when a tool is required', () =>
    assert.equal(body({ tools: [tool], toolChoice: 'required' })['tool_choice'], 'required'));

  for (const model of [
    'gpt-5',
    'openai/gpt-5.2',
    'gpt-6-mini',
    'o1',
    'azure/o3-mini',
    '[provider]O4-Mini-2025-04-16',
  ]) {
    it(`contains the token limit of ${model} under its newer name`, () => {
      const { max_tokens, max_completion_tokens } = body({ model, maxTokens: 5 });
      assert.deepEqual({ max_tokens, max_completion_tokens }, { max_tokens: undefined, max_completion_tokens: 5 });
    });
  }

  for (const model of [
    'gpt-oss-120b',
    'gpt-4o',
    'gpt-4.1',
    'gpt-35-turbo',
    'claude-opus-4',
    'my-gpt-5',
    'omni',
    'gpt-50b',
  ]) {
    it(`contains the token limit of ${model} under its older name`, () =>
      assert.equal(body({ model, maxTokens: 5 })['max_tokens'], 5));
  }

  it('contains the token limit under its older name if the gateway refuses the newer name', () =>
    assert.equal(body({ model: 'gpt-5', maxTokens: 5 }, 'max_completion_tokens')['max_tokens'], 5));

  it('contains no token limit if the gateway refuses both names of the parameter', () => {
    const sent = Object.keys(body({ model: 'gpt-5', maxTokens: 5 }, 'max_completion_tokens', 'max_tokens'));
    assert.deepEqual(sent, ['model', 'messages', 'stream', 'stream_options']);
  });
});
