import assert from 'node:assert/strict';
import fc from 'fast-check';
import { effortParameters } from '../../../src/engine/models/reasoningFields';
import type { ModelFacts } from '../../../src/engine/models/modelFacts';
import { type ChatRequest, reasoningEfforts } from '../../../src/engine/request';
import type { EngineRun } from '../../support/engineRun';
import { EngineWorld } from '../../support/engineRun';
import { propertyRuns } from '../../support/propertyRuns';
import { answering, LiveBody, status, type Reply } from '../../support/scriptedFetch';

type Fields = Readonly<Record<string, unknown>>;

const plainRequest = { model: 'some-model', temperature: undefined, maxTokens: undefined };
const defaults = { temperature: 0.7, maxTokens: 2048 };

interface Turn {
  readonly replies: readonly Reply[];
  readonly request?: Partial<ChatRequest>;
  readonly facts?: ModelFacts;
  readonly baseUrl?: string;
}

function createWorld({ replies, facts, baseUrl = 'https://gateway.test/v1' }: Turn): EngineWorld {
  const connection = { baseUrl, apiKey: 'hsa-secret-key-1' };
  const deps = facts && { facts: () => facts };
  return new EngineWorld({ replies, connection: () => Promise.resolve(connection), ...(deps && { deps }) });
}

function runTurn(turn: Turn, world = createWorld(turn)): Promise<EngineRun> {
  return world.ask({ request: { ...plainRequest, ...turn.request } }).toEnd();
}

/** Returns what each request of a run contains beside the fields of every request. */
function sentBy({ wire }: EngineRun): readonly Fields[] {
  return wire.requests.map(({ body }) => {
    const { model, messages, stream, stream_options, ...rest } = body as Fields;
    assert.deepEqual([typeof model, stream, stream_options], ['string', true, { include_usage: true }]);
    assert.ok(Array.isArray(messages));
    return rest;
  });
}

/** The effort of each attempt of a run, and the refused one. */
function effortsOf(run: EngineRun): readonly unknown[] {
  return run.of('attempt').map(({ effort, refusedEffort }) => [effort, refusedEffort]);
}

const high = { reasoningEffort: 'high' } as const;
const openRouter = 'https://openrouter.ai/api/v1';
const levels = "Supported values are: 'low', 'medium', and 'high'.";

/** Errors of gateways, each with the base URL, the chosen effort and the fields of the next request. */
const refusals: readonly {
  readonly name: string;
  readonly code: number;
  readonly body: unknown;
  readonly next: Fields;
  readonly more?: Partial<Turn>;
}[] = [
  {
    name: "OpenAI's list of values",
    code: 400,
    body: {
      error: {
        message: `Unsupported value: 'reasoning_effort' does not support 'max' with this model. ${levels}`,
        type: 'invalid_request_error',
        param: 'reasoning_effort',
        code: 'unsupported_value',
      },
    },
    next: { reasoning_effort: 'high' },
  },
  {
    name: 'the list of FastAPI',
    code: 422,
    body: {
      detail: [{ loc: ['body', 'reasoning_effort'], msg: "Input should be 'low' or 'medium'", type: 'literal_error' }],
    },
    next: { reasoning_effort: 'medium' },
  },
  {
    name: 'the list of vLLM',
    code: 400,
    body: {
      message: `1 validation error: {'type': 'literal_error', 'loc': ('body', 'reasoning_effort'), 'msg': "Input should be 'low', 'medium' or 'high'", 'input': 'max'}`,
      type: 'BadRequestError',
      code: 400,
    },
    next: { reasoning_effort: 'high' },
  },
  {
    name: 'the list of Groq',
    code: 400,
    body: {
      error: { message: '`reasoning_effort` must be one of `none` or `default`', type: 'invalid_request_error' },
    },
    next: {},
  },
  {
    name: 'the list of Ollama',
    code: 400,
    body: { error: `invalid reasoning value: 'max' (must be "high", "medium", "low", or "none")` },
    next: { reasoning_effort: 'high' },
  },
  {
    name: 'a list in Chinese',
    code: 400,
    body: { error: { message: '参数 reasoning_effort 取值错误，可选值：low、medium。', code: '1210' } },
    next: { reasoning_effort: 'medium' },
  },
  {
    name: 'a list of a union',
    code: 400,
    body: { error: { message: 'reasoning.effort: Invalid option: expected one of "xhigh"|"high"|"low"', code: 400 } },
    next: { reasoning: { effort: 'xhigh' } },
    more: { baseUrl: openRouter },
  },
  {
    name: 'an unknown variant',
    code: 422,
    body: { error: { message: 'reasoning_effort: unknown variant `max`, expected one of `low`, `high`' } },
    next: { reasoning_effort: 'high' },
  },
  {
    name: 'an unsupported parameter',
    code: 400,
    body: { error: { message: "Unsupported parameter: 'reasoning_effort' is not supported with this model." } },
    next: {},
  },
  {
    name: 'an unrecognized argument',
    code: 400,
    body: { error: { message: 'Unrecognized request argument supplied: reasoning_effort' } },
    next: {},
  },
  {
    name: 'a parameter in camel case',
    code: 400,
    body: { error: 'Model grok-4 does not support parameter reasoningEffort.' },
    next: {},
  },
  {
    name: 'a model of Ollama that does not reason',
    code: 400,
    body: { error: { message: '"gemma3:4b" does not support thinking' } },
    next: {},
  },
  { name: 'a refusal in Chinese', code: 400, body: { error: { message: '该模型不支持深度思考' } }, next: {} },
  {
    name: 'a refused parameter in Chinese',
    code: 400,
    body: { error: { message: '参数 reasoning_effort 无效' } },
    next: {},
  },
  {
    name: 'reasoning that can not be switched off',
    code: 400,
    body: { error: { message: 'Reasoning is mandatory for this endpoint and cannot be disabled.', code: 400 } },
    next: {},
    more: { baseUrl: openRouter, request: { reasoningEffort: 'none' } },
  },
  {
    name: 'a budget that is too large',
    code: 400,
    body: { error: { message: 'The thinking_budget parameter must be a positive integer and not greater than 8192' } },
    next: { enable_thinking: true },
    more: { request: { model: 'qwen3-x', ...high } },
  },
  {
    name: 'a budget above the token limit',
    code: 400,
    body: {
      error: { message: '`max_tokens` must be greater than `thinking.budget_tokens`.', type: 'invalid_request_error' },
    },
    next: {},
    more: {
      baseUrl: 'https://api.anthropic.com/v1',
      request: { model: 'claude-new', ...high },
      facts: { reasoningBudget: { min: 1024 } },
    },
  },
  {
    name: 'a budget of Gemini',
    code: 400,
    body: [
      { error: { code: 400, message: 'Budget 0 is invalid. This model only works in thinking mode.', status: 'X' } },
    ],
    next: {},
    more: {
      baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
      request: { model: 'gemini-2.5-new', reasoningEffort: 'none' },
    },
  },
];

describe('reasoning effort of a turn', () => {
  it('adds nothing to the request while no effort is chosen', async () => {
    const request = { model: 'gpt-5', defaults, topP: 0.5 };
    const { wire } = await runTurn({ replies: [answering('ok')], request });
    assert.equal(
      JSON.stringify(wire.requests[0]?.body),
      '{"model":"gpt-5","messages":[{"role":"user","content":"hi"}],"stream":true,"stream_options":{"include_usage":true},"top_p":0.5}',
    );
  });

  it('is sent with the request and included in the attempt event', async () => {
    const run = await runTurn({ replies: [answering('ok')], request: { model: 'gpt-5', reasoningEffort: 'xhigh' } });
    assert.deepEqual(sentBy(run), [{ reasoning_effort: 'high' }]);
    assert.deepEqual(effortsOf(run), [['high', undefined]]);
  });

  const limitsWith = async (request: Partial<ChatRequest>): Promise<unknown> =>
    sentBy(await runTurn({ replies: [answering('ok')], request }))[0]?.['max_tokens'];

  it('removes the default token limit, unless the effort is `none`', async () => {
    assert.equal(await limitsWith({ defaults, ...high }), undefined);
    assert.equal(await limitsWith({ defaults, reasoningEffort: 'none' }), 2048);
  });

  it('does not remove a token limit that the user has set', async () => {
    assert.equal(await limitsWith({ maxTokens: 500, ...high }), 500);
  });

  it('allows the model the longer timeouts of a reasoning model', async () => {
    const silence = (reasoningEffort?: 'high'): Turn => ({
      replies: [({ signal }) => new Response(new LiveBody(signal).stream), answering('ok')],
      request: { model: 'gpt-4o', reasoningEffort },
    });
    const [usual, longer] = [await runTurn(silence()), await runTurn(silence('high'))];
    assert.ok(longer.clock.now() > usual.clock.now());
  });

  for (const { name, code, body, next, more } of refusals) {
    it(`is corrected at once after ${name}`, async () => {
      const request = { reasoningEffort: 'max', ...more?.request } as const;
      const run = await runTurn({ ...more, replies: [status(code, body), answering('ok')], request });
      assert.deepEqual(sentBy(run).slice(1), [next]);
      assert.deepEqual(
        run.of('attempt').map(({ why }) => why),
        ['first', 'repair'],
      );
      assert.equal(run.of('waiting').length, 0);
      const isSent = Object.keys(next).length > 0;
      const { effort, refusedEffort } = run.last('attempt');
      assert.equal(effort !== undefined, isSent);
      assert.equal(refusedEffort, 'enable_thinking' in next ? undefined : request.reasoningEffort);
    });
  }

  it('is not sent again to a model that has refused it', async () => {
    const refusal = status(400, { error: { message: `reasoning_effort: invalid. ${levels}` } });
    const turn: Turn = { replies: [refusal, answering('ok')], request: { reasoningEffort: 'max' } };
    const world = createWorld(turn);
    await runTurn(turn, world);
    await runTurn(turn, world);
    const run = await runTurn({ ...turn, request: { ...turn.request, model: 'other-model' } }, world);
    assert.deepEqual(
      sentBy(run).map(({ reasoning_effort }) => reasoning_effort),
      ['max', 'high', 'high', 'max'],
    );
    assert.deepEqual(effortsOf(run), [['max', undefined]]);
  });

  it('is replaced before the next request if the gateway has refused it', async () => {
    const refusal = status(400, { error: { message: `reasoning_effort: invalid. ${levels}` } });
    const turn: Turn = { replies: [refusal, answering('ok')], request: { reasoningEffort: 'max' } };
    const world = createWorld(turn);
    const target = { model: 'some-model', sentModel: 'some-model', baseUrl: 'https://gateway.test/v1' };
    const expected = () => {
      const { effort, refusedEffort } = world.engine.reasoningFor(target, 'max');
      return [effort, refusedEffort];
    };
    assert.deepEqual(expected(), ['max', undefined]);
    await runTurn(turn, world);
    assert.deepEqual(expected(), ['high', 'max']);
  });

  it('is left out of a second request before the turn fails', async () => {
    const refusal = status(400, { error: { message: 'reasoning_effort is not supported' } });
    const run = await runTurn({ replies: [refusal], request: { ...high, defaults } });
    assert.deepEqual(sentBy(run), [
      { temperature: 0.7, reasoning_effort: 'high' },
      { temperature: 0.7, max_tokens: 2048 },
    ]);
    assert.equal(run.last('failed').kind, 'request');
  });
});

describe('corrections of a request', () => {
  const refusalOf = (parameter: string, text = 'is not supported'): Reply =>
    status(400, { error: { message: `${parameter} ${text}`, param: parameter } });

  it('replace the refused reasoning effort `none` with the nearest level that the gateway names', async () => {
    const run = await runTurn({
      replies: [refusalOf('reasoning_effort', 'must be one of: low, medium, high'), answering('ok')],
      request: { model: 'claude-sonnet-5', reasoningEffort: 'none' },
    });
    assert.deepEqual(sentBy(run), [{ reasoning_effort: 'none' }, { reasoning_effort: 'low' }]);
    assert.equal(run.last('done').text, 'ok');
  });

  it('remove the reasoning effort if the gateway refuses every level', async () => {
    const refusal = refusalOf('reasoning_effort', 'must be one of: low, medium, high');
    const run = await runTurn({
      replies: [...Array.from({ length: 20 }, () => refusal), answering('ok')],
      request: { model: 'claude-sonnet-5', reasoningEffort: 'none' },
    });
    assert.deepEqual(
      sentBy(run).map(({ reasoning_effort }) => reasoning_effort),
      ['none', 'low', 'medium', 'high', undefined],
    );
    assert.equal(run.last('failed').kind, 'request');
  });

  it('are limited to twelve in a turn, even with a fallback model', async () => {
    const allLevels = refusalOf('reasoning_effort', `must be one of: ${reasoningEfforts.join(', ')}`);
    const refusingAll = [
      ...Array.from({ length: 6 }, () => allLevels),
      ...['temperature', 'max_tokens', 'stream_options', 'top_p'].map((parameter) => refusalOf(parameter)),
    ];
    const overloaded = Array.from({ length: 3 }, () => status(503));
    const world = new EngineWorld({
      replies: [...refusingAll, ...overloaded, ...refusingAll, answering('ok')],
      settings: { fallbackModels: ['other-model'] },
    });
    const request = {
      model: 'some-model',
      temperature: 0.7,
      maxTokens: 100,
      topP: 0.5,
      reasoningEffort: 'max',
    } as const;
    const run = await world.ask({ request }).toEnd();
    assert.equal(run.of('attempt').filter(({ why }) => why === 'repair').length, 12);
    assert.equal(run.last('failed').kind, 'request');
  });

  const parameters = [
    'stream_options',
    'max_tokens',
    'max_completion_tokens',
    'temperature',
    'top_p',
    ...effortParameters,
  ];
  const levelLists = fc.subarray([...reasoningEfforts]).map((levels) => `must be one of: ${levels.join(', ')}`);
  const texts = fc.oneof(levelLists, fc.constantFrom('is not supported', 'is invalid', 'cannot be disabled'));
  const refusals = fc.array(
    fc.tuple(fc.constantFrom(...parameters), texts).map(([parameter, text]) => refusalOf(parameter, text)),
    { minLength: 1, maxLength: 30 },
  );
  const models = ['claude-sonnet-5', 'claude-opus-4-5', 'gpt-5', 'qwen3-x', 'deepseek-v4-pro', 'some-model'];
  const hosts = ['gateway.test', 'openrouter.ai', 'api.anthropic.com', 'api.together.xyz', 'api.siliconflow.cn'];

  it('are limited to twelve in a turn, whatever the gateway refuses', async () => {
    const requests = fc.record({
      model: fc.constantFrom(...models),
      reasoningEffort: fc.constantFrom(...reasoningEfforts),
      temperature: fc.constantFrom(undefined, 0.7),
      maxTokens: fc.constantFrom(undefined, 100),
      topP: fc.constantFrom(undefined, 0.5),
    });
    const facts = fc.constantFrom<ModelFacts | undefined>(undefined, { efforts: ['none', 'high'] });
    await fc.assert(
      fc.asyncProperty(refusals, requests, fc.constantFrom(...hosts), facts, async (replies, request, host, known) => {
        const baseUrl = `https://${host}/v1`;
        // Ends a loop of corrections, which would never reach the last reply.
        const replyUntilTooMany = replies.concat(Array.from({ length: 20 }, (_, at) => replies[at % replies.length]!));
        const run = await runTurn({
          replies: [...replyUntilTooMany, answering('ok')],
          request,
          baseUrl,
          ...(known && { facts: known }),
        });
        assert.ok(run.wire.requests.length <= 13, `${run.wire.requests.length} requests`);
      }),
      { numRuns: propertyRuns },
    );
  });
});

describe("request fields from the user's settings", () => {
  const extraBody = { top_k: 5, temperature: 1, reasoning_effort: 'low' };

  it("can't replace the model, the messages or the streaming", async () => {
    const fixed = { model: 'x', messages: [], stream: false, stream_options: {} };
    const facts = { extraBody: { ...(JSON.parse('{"__proto__":{"a":1}}') as Fields), ...extraBody, ...fixed } };
    const run = await runTurn({ replies: [answering('ok')], facts, request: { ...high, defaults } });
    assert.deepEqual(sentBy(run), [{ max_tokens: 2048, ...extraBody }]);
    assert.equal(run.wire.requests[0]?.body['model'], 'some-model');
    assert.deepEqual(effortsOf(run), [[undefined, undefined]]);
  });

  for (const parameter of ['temperature', 'reasoning_effort', 'top_k']) {
    it(`are not corrected when the gateway refuses \`${parameter}\``, async () => {
      const refusal = status(400, { error: { message: `Unsupported parameter: '${parameter}'`, param: parameter } });
      const run = await runTurn({ replies: [refusal], facts: { extraBody }, request: { ...high, defaults } });
      assert.deepEqual([run.wire.requests.length, run.last('failed').kind], [1, 'request']);
    });
  }
});
