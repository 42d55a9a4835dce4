import assert from 'node:assert/strict';
import type { OutgoingMessage } from '../../../src/engine/answer/continuation';
import type { RepairableParameter } from '../../../src/engine/faults/providerError';
import { newBehavior } from '../../../src/engine/gate/networkState';
import { HttpRejection, requestBody, send, type AttemptRequest } from '../../../src/engine/http/transport';
import type { ChatRequest, Tool } from '../../../src/engine/request';
import { LiveBody, ScriptedFetch, type Reply } from '../../support/scriptedFetch';
import { settle, VirtualClock } from '../../support/virtualClock';

const ignore = (): void => undefined;
const ok: Reply = () => new Response('');

function to(baseUrl: string, apiKey: string): AttemptRequest {
  return {
    connection: { baseUrl, apiKey },
    request: { model: 'gpt-4o' },
    messages: [{ role: 'user', content: 'hi' }],
    behavior: newBehavior(),
  };
}

function wired(...replies: readonly Reply[]) {
  const wire = new ScriptedFetch(replies);
  const deps = { clock: new VirtualClock(), fetch: wire.fetch, userAgent: 'HolySheepPrompt/test' };
  const go = (request: AttemptRequest, signal = new AbortController().signal): Promise<Response> =>
    send(deps, request, signal, ignore);
  return { deps, wire, go };
}

describe('a request', () => {
  it('goes where it is to go with its own key, whatever went before it or goes beside it', async () => {
    const { wire, go } = wired(ok);
    await go(to('https://a.test/v1', 'key-1'));
    await go(to('https://a.test/v1', 'key-2'));
    await Promise.all([go(to('https://b.test/v1', 'key-2')), go(to('https://a.test/v1', 'key-1'))]);
    assert.deepEqual(
      wire.requests.map(({ url, headers }) => `${url} ${headers.get('authorization')}`),
      [
        'https://a.test/v1/chat/completions Bearer key-1',
        'https://a.test/v1/chat/completions Bearer key-2',
        'https://b.test/v1/chat/completions Bearer key-2',
        'https://a.test/v1/chat/completions Bearer key-1',
      ],
    );
  });

  it('goes through the `fetch` of the moment', async () => {
    const { deps, wire, go } = wired(ok);
    await go(to('https://a.test/v1', 'key-1'));
    const later = new ScriptedFetch([ok]);
    deps.fetch = later.fetch;
    await go(to('https://a.test/v1', 'key-1'));
    assert.deepEqual([wire.requests.length, later.requests.length], [1, 1]);
  });

  it('has four headers, none of them from the environment', async () => {
    process.env['OPENAI_CUSTOM_HEADERS'] =
      'Accept: text/other\nContent-Type: text/other\nUser-Agent: other\nx-other: 1';
    try {
      const { wire, go } = wired(ok);
      await go(to('https://a.test/v1', 'key-1'));
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

  it('is aborted by its signal while the body of a refusal is read', async () => {
    const { wire, go } = wired(({ signal }) => new Response(new LiveBody(signal).send('half').stream, { status: 503 }));
    const controller = new AbortController();
    const sent = assert.rejects(go(to('https://a.test/v1', 'key-1'), controller.signal), (error) => {
      assert.ok(error instanceof HttpRejection);
      assert.deepEqual([error.status, error.body], [503, 'half']);
      return true;
    });
    await settle();
    assert.equal(wire.requests[0]?.signal.aborted, false);
    controller.abort();
    await sent;
  });
});

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
