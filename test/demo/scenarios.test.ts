import assert from 'node:assert/strict';
import type { ChatBodyMessage, Script } from '../../src/demo/script';
import { sentChoice } from './sentChoice';
import { demoModels, demoScript } from '../../src/demo/scenarios';
import { valuesOf } from '../support/valuesOf';

/** The reply to a request. */
interface Reply {
  readonly text: string;
  readonly reasoning: string;
  readonly waits: readonly number[];
  /** How the reply ended: the finish reason, the way in which the stream broke off, or the status of an error. */
  readonly end: string | number;
  readonly headers: Readonly<Record<string, string>>;
}

const user = (content: string): ChatBodyMessage => ({ role: 'user', content });
const assistant = (content: string): ChatBodyMessage => ({ role: 'assistant', content });

function ask(script: Script, model: string, ...messages: ChatBodyMessage[]): Reply {
  let reply: Reply = { text: '', reasoning: '', waits: [], end: '', headers: {} };
  for (const step of script({ model, messages, stream: true })) {
    const { delta: { content = '', reasoning_content: reasoning = '' } = {}, finish_reason: end } =
      sentChoice(step) ?? {};
    if (reasoning !== '') assert.equal(reply.text, '', 'reasoning comes before the answer');
    reply = { ...reply, text: reply.text + content, reasoning: reply.reasoning + reasoning, end: end ?? reply.end };
    if ('waitMs' in step) reply = { ...reply, waits: [...reply.waits, step.waitMs] };
    if ('end' in step) reply = { ...reply, end: step.end };
    if ('status' in step) reply = { ...reply, end: step.status, headers: step.headers };
  }
  return reply;
}

const promptOf = (id: string): string => demoModels.find((model) => model.id === id)!.prompt;

describe('script of the offline demo', () => {
  let script: Script;
  beforeEach(() => (script = demoScript()));

  it('offers a model for each scenario', () => {
    assert.deepEqual(valuesOf(demoModels, 'id'), [
      'demo-steady',
      'demo-rate-limit',
      'demo-overload',
      'demo-stall',
      'demo-cut',
      'demo-no-credit',
      'demo-gateway-down',
      'demo-reasoning',
    ]);
    for (const { title, prompt } of demoModels) assert.ok(title && prompt);
  });

  const expectedEnds: { model: string; ends: (string | number)[] }[] = [
    { model: 'demo-steady', ends: ['stop', 'stop'] },
    { model: 'gpt-4o', ends: ['stop', 'stop'] },
    { model: 'demo-rate-limit', ends: [429, 'stop', 429, 'stop'] },
    { model: 'demo-overload', ends: [503, 529, 503, 'stop', 503] },
    { model: 'demo-stall', ends: ['stall', 'stop', 'stall'] },
    { model: 'demo-cut', ends: ['reset', 'stop', 'reset'] },
    { model: 'demo-gateway-down', ends: ['reset', 'reset', 'stop', 'reset'] },
    { model: 'demo-no-credit', ends: [402, 402, 402, 402, 402] },
    { model: 'demo-reasoning', ends: ['stop', 'stop'] },
  ];

  for (const { model, ends } of expectedEnds) {
    it(`ends the successive attempts at one prompt to ${model} with ${ends.join(', ')}`, () => {
      const actualEnds = ends.map(() => ask(script, model, user('How do retries work?')).end);
      assert.deepEqual(actualEnds, ends);
    });
  }

  it('counts the attempts of each conversation separately', () => {
    const first = user('What is backoff?');
    const second = user('What is jitter?');
    const ends = [first, second, first, second].map((message) => ask(script, 'demo-rate-limit', message).end);
    assert.deepEqual(ends, [429, 429, 'stop', 'stop']);
    assert.equal(ask(script, 'demo-rate-limit', first, assistant('Waiting.'), second).end, 429);
    assert.equal(ask(script, 'demo-cut', first).end, 'reset');
  });

  it('sends a Retry-After of five seconds with a rate-limit response', () => {
    assert.equal(ask(script, 'demo-rate-limit', user('a')).headers['retry-after'], '5');
  });

  it('sends no Retry-After with an overload response', () => {
    for (let n = 0; n < 3; n++) assert.equal(ask(script, 'demo-overload', user('a')).headers['retry-after'], undefined);
  });

  for (const model of ['demo-stall', 'demo-cut']) {
    for (const prompt of [promptOf(model), '流中断了怎么办？']) {
      it(`breaks the stream of ${model} near the middle of the answer to "${prompt}"`, () => {
        const [cut, complete] = [ask(script, model, user(prompt)), ask(script, model, user(prompt))];
        assert.ok(complete.text.startsWith(cut.text));
        const share = cut.text.length / complete.text.length;
        assert.ok(share > 0.3 && share < 0.6, `${share} of the answer`);
      });

      it(`continues a prefilled partial answer of ${model} to "${prompt}" exactly at its end`, () => {
        const partial = ask(script, model, user(prompt)).text;
        const continuation = ask(script, model, user(prompt), assistant(partial));
        assert.equal(continuation.end, 'stop');
        assert.equal(partial + continuation.text, ask(script, 'demo-steady', user(prompt)).text);
      });

      it(`repeats the last words of the partial answer to "${prompt}" after a continue prompt to ${model}`, () => {
        const partial = ask(script, model, user(prompt)).text;
        const quoted = partial.slice(-200);
        const request = user(`Your answer was cut off. Continue right after «${quoted}», without repeating anything.`);
        const continuation = ask(script, model, user(prompt), assistant(partial), request);
        const complete = ask(script, 'demo-steady', user(prompt)).text;
        assert.equal(continuation.end, 'stop');
        const repeated = partial.length + continuation.text.length - complete.length;
        assert.ok(repeated >= 16 && repeated < 60, `${repeated} characters`);
        assert.equal(partial.slice(0, -repeated) + continuation.text, complete);
      });
    }
  }

  it('adds the line breaks that are missing at the end of a partial answer', () => {
    const complete = ask(script, 'demo-steady', user('What is backoff?')).text;
    const partial = complete.slice(0, complete.indexOf('\n\n', 300));
    const continuation = ask(script, 'demo-cut', user('What is backoff?'), assistant(partial), user('continue'));
    assert.match(continuation.text, /\n\n/);
    assert.ok(complete.endsWith(continuation.text));
  });

  it('continues a partial answer that another model began', () => {
    const partial = ask(script, 'demo-cut', user('Tell me something.')).text;
    const continuation = ask(script, 'demo-steady', user('Tell me something.'), assistant(partial));
    assert.equal(partial + continuation.text, ask(script, 'demo-cut', user('Tell me something.')).text);
  });

  const topics: { prompt: string; heading: string }[] = [
    { prompt: 'How should a client retry?', heading: '# Retrying without making things worse' },
    { prompt: 'Explain exponential backoff', heading: '# Exponential backoff' },
    { prompt: 'Why jitter on a back-off?', heading: '# Why waits need jitter' },
    { prompt: 'I get a 429 when I retry', heading: '# Honoring Retry-After' },
    { prompt: 'What makes a retry idempotent?', heading: '# Retrying what must not happen twice' },
    { prompt: 'My stream was cut', heading: '# When a stream breaks in the middle' },
    { prompt: 'What is a circuit breaker?', heading: '# Circuit breakers' },
    { prompt: 'Does a backup gateway help against 503?', heading: '# Backup gateways' },
    { prompt: '如何重试？', heading: '# 如何重试才不会雪上加霜' },
    { prompt: '什么是指数退避？', heading: '# 指数退避' },
    { prompt: 'jitter 有什么用？', heading: '# 等待为什么需要抖动' },
    { prompt: '被限流了怎么办', heading: '# 遵守 Retry-After' },
    { prompt: '什么是幂等键', heading: '# 不能重复执行的请求怎么重试' },
    { prompt: '流中断之后怎么续传', heading: '# 流在中途断开时' },
    { prompt: '熔断器怎么用', heading: '# 熔断器' },
    { prompt: '备用网关有什么用', heading: '# 备用网关' },
  ];

  for (const { prompt, heading } of topics) {
    it(`sends the answer with the heading "${heading}" to the prompt "${prompt}"`, () => {
      assert.equal(ask(script, 'demo-steady', user(prompt)).text.split('\n')[0], heading);
    });
  }

  for (const { id, prompt } of demoModels.filter((model) => model.id !== 'demo-no-credit')) {
    it(`sends an answer without a notice about the demo to the suggested prompt of ${id}`, () => {
      let reply = ask(script, id, user(prompt));
      while (reply.end !== 'stop') reply = ask(script, id, user(prompt));
      assert.match(reply.text, /^# /);
    });
  }

  it('starts the answer with a notice about the demo when the prompt has no known topic', () => {
    const code = '```js\nretry();\n```';
    for (const prompt of ['Who are you?', code, `Explain this retry loop:\n\n${code}`, '```\nbackoff']) {
      assert.match(ask(script, 'demo-steady', user(prompt)).text, /^\*This is the offline demo.*\*\n\n# /);
    }
    assert.match(ask(script, 'demo-steady', user('你好')).text, /^\*这是离线演示.*\*\n\n# /);
  });

  it('streams reasoning in the language of the prompt with the model demo-reasoning', () => {
    assert.match(ask(script, 'demo-reasoning', user('Why jitter?')).reasoning, /^The question is .*\.$/);
    assert.match(ask(script, 'demo-reasoning', user('为什么要抖动？')).reasoning, /^问题是.*。$/);
  });

  it('streams no reasoning with other models', () => {
    assert.equal(ask(script, 'demo-steady', user('Why jitter?')).reasoning, '');
  });

  it('responds with 400 to a body that is not a chat completion request', () => {
    const [head] = [...script(undefined)];
    assert.equal(head && 'status' in head && head.status, 400);
  });
});
