import assert from 'node:assert/strict';
import type { ChatRequest } from '../../../src/engine/request';
import { EngineRun, EngineWorld } from '../../support/engineRun';
import { valuesOf } from '../../support/valuesOf';
import { answering, cutAfter, status, type Reply } from '../../support/scriptedFetch';

const conversation: Partial<ChatRequest> = {
  model: 'claude-opus-4',
  messages: [
    { role: 'user', content: 'word '.repeat(1000) },
    { role: 'assistant', content: 'Yes.' },
    { role: 'user', content: 'Why?' },
  ],
};
const mark = { cache_control: { type: 'ephemeral' } };
const markedPrompt = { role: 'user', content: [{ type: 'text', text: 'Why?', ...mark }] };
const plainPrompt = { role: 'user', content: 'Why?' };

const refusing = (param: string): Reply =>
  status(400, { error: { message: `Unknown parameter: '${param}'.`, param, code: 'unknown_parameter' } });

/** Returns the last message of each request. */
const lastMessages = ({ wire }: EngineRun): readonly unknown[] => wire.requests.map(({ body }) => body.messages.at(-1));

describe('prompt caching', () => {
  it('is requested for a model that caches only marked prompts', async () => {
    const run = await new EngineRun({ replies: [answering('ok')], request: conversation }).toEnd();
    assert.deepEqual(lastMessages(run), [markedPrompt]);
  });

  it("is not requested if the user's settings switch it off for the model", async () => {
    const deps = { facts: () => ({ caching: undefined }) };
    const run = await new EngineRun({ replies: [answering('ok')], request: conversation, deps }).toEnd();
    assert.deepEqual(lastMessages(run), [plainPrompt]);
  });

  it('depends on the model of the attempt', async () => {
    const run = await new EngineRun({
      replies: [status(503), status(503), status(503), answering('ok')],
      settings: { fallbackModels: ['gpt-4o'] },
      request: conversation,
    }).toEnd();
    assert.deepEqual(lastMessages(run), [markedPrompt, markedPrompt, markedPrompt, plainPrompt]);
  });

  it('is requested at the end of the prompt for a continuation', async () => {
    const model = 'claude-opus-4-6';
    const replies = [cutAfter('Because it was'), answering(' late.')];
    const run = await new EngineRun({ replies, request: { ...conversation, model } }).toEnd();
    const [, continuation] = run.wire.requests;
    assert.deepEqual(continuation?.body.messages.slice(2, 4), [
      { role: 'user', content: [{ type: 'text', text: 'Why?' }] },
      { role: 'assistant', content: 'Because it was' },
    ]);
    assert.match(JSON.stringify(continuation.body.messages.at(-1)), /cut off.*"cache_control"/);
  });

  for (const param of ['cache_control', 'messages.2.content.0.cache_control', 'messages[2].content[0].cache_control'])
    it(`is no longer requested after the gateway has refused \`${param}\``, async () => {
      const world = new EngineWorld({ replies: [refusing(param), answering('ok')] });
      const first = await world.ask({ request: conversation }).toEnd();
      assert.deepEqual([first.last('done').text, first.of('attempt')[1]?.why], ['ok', 'repair']);
      const second = await world.ask({ request: conversation }).toEnd();
      assert.deepEqual(lastMessages(second), [markedPrompt, plainPrompt, plainPrompt]);
    });

  it('is listed among the unsupported parameters of each attempt after the gateway has refused it', async () => {
    const world = new EngineWorld({ replies: [refusing('cache_control'), refusing('temperature'), answering('ok')] });
    const runs = [
      await world.ask({ request: conversation }).toEnd(),
      await world.ask({ request: conversation }).toEnd(),
    ];
    assert.deepEqual(
      runs.flatMap((run) => valuesOf(run.of('attempt'), 'unsupportedParameters')),
      [undefined, 'cache_control', 'cache_control, temperature', 'cache_control, temperature'],
    );
  });

  for (const { reply, name } of [
    {
      name: 'names the type',
      reply: status(400, { error: { message: 'messages[0]: invalid type: sequence, expected a string' } }),
    },
    {
      name: 'names the field',
      reply: status(422, {
        detail: [{ loc: ['body', 'messages', 0, 'content'], msg: 'Input should be a valid string' }],
      }),
    },
    {
      name: 'comes from a program in Go',
      reply: status(400, { error: { message: 'json: cannot unmarshal array into field content of type string' } }),
    },
    {
      name: 'seems to be about images',
      reply: status(400, { error: { message: 'messages.0.content: Input should be a valid string' } }),
    },
  ])
    it(`is no longer requested if the gateway accepts only strings, and its error ${name}`, async () => {
      const run = await new EngineRun({ replies: [reply, answering('ok')], request: conversation }).toEnd();
      assert.deepEqual(lastMessages(run), [markedPrompt, plainPrompt]);
    });

  it('is still requested after the gateway has rejected another string of the request', async () => {
    const reply = status(400, { error: { message: 'tools.0.name: String should match pattern' } });
    const world = new EngineWorld({ replies: [reply, answering('ok')] });
    await world.ask({ request: conversation }).toEnd();
    const second = await world.ask({ request: conversation }).toEnd();
    assert.deepEqual(lastMessages(second), [markedPrompt, markedPrompt]);
  });

  it('is not corrected a second time if the gateway rejects strings, too', async () => {
    const reply = status(400, { error: { message: 'content: not a valid string' } });
    const run = await new EngineRun({ replies: [reply], request: conversation }).toEnd();
    assert.deepEqual([run.wire.requests.length, run.last('failed').kind], [2, 'request']);
  });

  it('is not corrected if the gateway refuses `cache_control` in a request without marks', async () => {
    const run = await new EngineRun({ replies: [refusing('cache_control')], request: { model: 'gpt-4o' } }).toEnd();
    assert.deepEqual([run.wire.requests.length, run.last('failed').kind], [1, 'request']);
  });
});

describe('cache key', () => {
  const keysSentTo = async (baseUrl: string, ...replies: readonly Reply[]): Promise<readonly unknown[]> => {
    const connection = () => Promise.resolve({ baseUrl, apiKey: 'sk-1' });
    const request = { model: 'gpt-4o', cacheKey: 'key-1' };
    const run = await new EngineRun({ replies: [...replies, answering('ok')], connection, request }).toEnd();
    return run.wire.requests.map(({ body }) => body['prompt_cache_key']);
  };

  it('is sent to OpenAI', async () => assert.deepEqual(await keysSentTo('https://api.openai.com/v1'), ['key-1']));

  for (const host of ['gateway.test', 'eu.api.openai.com', 'api.openai.com.test', 'api.openai.com:8443'])
    it(`is not sent to ${host}`, async () => assert.deepEqual(await keysSentTo(`https://${host}/v1`), [undefined]));

  it('is left out after OpenAI has refused it', async () => {
    const sent = await keysSentTo('https://api.openai.com/v1', refusing('prompt_cache_key'));
    assert.deepEqual(sent, ['key-1', undefined]);
  });
});
