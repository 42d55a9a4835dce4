import assert from 'node:assert/strict';
import { type Gateway, startGateway, type Step } from '../../src/demo/gateway';
import {
  answer,
  completion,
  cutAfter,
  deltas,
  failure,
  html,
  replySequence,
  json,
  rateLimited,
  recordedStream,
} from '../../src/demo/replies';
import { recordings } from '../support/recordings';
import { dataEvents } from './dataEvents';

describe('scripted reply', () => {
  const cases: { name: string; steps: Iterable<Step>; expected: Step[] }[] = [
    {
      name: 'answer() with deltas of four characters',
      steps: answer('Hello'),
      expected: [{ delta: 'Hell' }, { delta: 'o' }, { finish: 'stop' }, { done: true }],
    },
    {
      name: 'answer() with all options',
      steps: answer('ab', { chunkChars: 1, everyMs: 5, reasoning: 'c', usage: { total_tokens: 1 }, finish: 'length' }),
      expected: [
        { reasoning: 'c' },
        { waitMs: 5 },
        { delta: 'a' },
        { waitMs: 5 },
        { delta: 'b' },
        { waitMs: 5 },
        { finish: 'length', usage: { total_tokens: 1 } },
        { done: true },
      ],
    },
    { name: 'answer() with an empty text', steps: answer(''), expected: [{ finish: 'stop' }, { done: true }] },
    {
      name: 'deltas(), without splitting a surrogate pair',
      steps: deltas('a🐑b', { chunkChars: 2 }),
      expected: [{ delta: 'a🐑' }, { delta: 'b' }],
    },
    {
      name: 'cutAfter()',
      steps: cutAfter('abcdef', 'reset'),
      expected: [{ delta: 'abcd' }, { delta: 'ef' }, { waitMs: 20 }, { end: 'reset' }],
    },
    {
      name: 'failure()',
      steps: failure(400, { message: 'No.', code: 7 }, { 'x-a': 'b' }),
      expected: [
        { status: 400, headers: { 'content-type': 'application/json', 'x-a': 'b' } },
        { send: '{"error":{"message":"No.","code":7}}' },
      ],
    },
    {
      name: 'json()',
      steps: json([1], 202),
      expected: [{ status: 202, headers: { 'content-type': 'application/json' } }, { send: '[1]' }],
    },
    {
      name: 'html()',
      steps: html('<p>'),
      expected: [{ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } }, { send: '<p>' }],
    },
    {
      name: 'recordedStream()',
      steps: recordedStream(['{"a": 1}'], { everyMs: 3 }),
      expected: [{ send: 'data: {"a": 1}\n\n' }, { waitMs: 3 }, { send: 'data: [DONE]\n\n' }],
    },
  ];

  for (const { name, steps, expected } of cases) {
    it(`yields the expected steps for ${name}`, () => assert.deepEqual([...steps], expected));
  }

  describe('sent by the gateway', () => {
    let gateway: Gateway;
    beforeEach(async () => (gateway = await startGateway()));
    afterEach(() => gateway.close());

    const chat = (stream = true): Promise<Response> =>
      fetch(`${gateway.baseUrl}/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ model: 'm', messages: [], stream }),
      });

    for (const { name, lines } of recordings) {
      it(`contains the recorded events of ${name} unchanged and in order`, async () => {
        gateway.script = () => recordedStream(lines);
        assert.deepEqual(dataEvents(await (await chat()).text()), [...lines, '[DONE]']);
      });
    }

    it('states the delay passed to rateLimited() in the Retry-After header and in the message', async () => {
      gateway.script = () => rateLimited(37, { 'retry-after-ms': '36500' });
      const response = await chat();
      assert.equal(response.status, 429);
      assert.equal(response.headers.get('retry-after'), '37');
      assert.equal(response.headers.get('retry-after-ms'), '36500');
      const { error } = (await response.json()) as { error: { message: string; code: string } };
      assert.match(error.message, /try again in 37s/);
      assert.equal(error.code, 'rate_limit_exceeded');
    });

    it('is JSON for completion() even if the request asks for a stream', async () => {
      gateway.script = (request) => completion(request, 'Hi', { usage: { total_tokens: 2 } });
      const response = await chat();
      assert.equal(response.headers.get('content-type'), 'application/json');
      const body = (await response.json()) as { choices: unknown; usage: unknown };
      assert.deepEqual(body.choices, [
        { index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' },
      ]);
      assert.deepEqual(body.usage, { total_tokens: 2 });
    });

    it('is the next one of replySequence() for each request, and the last one for all further requests', async () => {
      gateway.script = replySequence(
        () => failure(500, { message: 'a' }),
        () => failure(503, { message: 'b' }),
        () => json({}),
      );
      const statuses: number[] = [];
      for (let n = 0; n < 4; n++) statuses.push((await chat()).status);
      assert.deepEqual(statuses, [500, 503, 200, 200]);
    });
  });
});

describe('set of recorded streams', () => {
  const contents: Record<string, { text: RegExp; reasoning: RegExp }> = {
    'deepseek-reasoning': { text: /^The word "strawberry" contains three "r"s\.$/, reasoning: /^We need .*is 3\.$/s },
    'deepseek-text': { text: /^## \*\*Holiday Name:.* looking at$/s, reasoning: /^$/ },
    'mistral-reasoning': { text: /^2 \+ 2 = 4$/, reasoning: /^The user is asking for 2\+2.*2\+2=4\.$/ },
    'openai-text': { text: /^\*\*Holiday Name:\*\* .*\.$/s, reasoning: /^$/ },
  };

  it('contains four streams', () =>
    assert.deepEqual(
      recordings.map(({ name }) => name),
      Object.keys(contents),
    ));

  for (const { name, text, reasoning } of recordings) {
    it(`contains the text and the reasoning of ${name}`, () => {
      assert.match(text, contents[name]!.text);
      assert.match(reasoning, contents[name]!.reasoning);
    });
  }
});
