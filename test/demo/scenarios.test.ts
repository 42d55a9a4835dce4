import assert from 'node:assert/strict';
import type { ChatBodyMessage, GatewayRequest, Script, Step } from '../../src/demo/gateway';
import { demoModels, demoScript } from '../../src/demo/scenarios';

interface Attempt {
  readonly text: string;
  readonly reasoning: string;
  readonly waits: readonly number[];
  /** How it ended: the finish reason, the kind of break, or the status. */
  readonly end: string | number;
  readonly headers: Readonly<Record<string, string>>;
}

const user = (content: string): ChatBodyMessage => ({ role: 'user', content });
const assistant = (content: string): ChatBodyMessage => ({ role: 'assistant', content });

function ask(script: Script, model: string, ...messages: ChatBodyMessage[]): Attempt {
  const request = { json: { model, messages, stream: true } } as unknown as GatewayRequest;
  let seen: Attempt = { text: '', reasoning: '', waits: [], end: '', headers: {} };
  for (const step of script(request) as Iterable<Step>) {
    if ('delta' in step) seen = { ...seen, text: seen.text + step.delta };
    if ('reasoning' in step) {
      assert.equal(seen.text, '', 'reasoning comes before the answer');
      seen = { ...seen, reasoning: seen.reasoning + step.reasoning };
    }
    if ('waitMs' in step) seen = { ...seen, waits: [...seen.waits, step.waitMs] };
    if ('finish' in step) seen = { ...seen, end: step.finish };
    if ('end' in step) seen = { ...seen, end: step.end };
    if ('status' in step) seen = { ...seen, end: step.status, headers: step.headers ?? {} };
  }
  return seen;
}

const promptOf = (id: string): string => demoModels.find((model) => model.id === id)!.prompt;

describe('the offline demo', () => {
  let script: Script;
  beforeEach(() => (script = demoScript()));

  it('offers a model for each scenario', () => {
    assert.deepEqual(
      demoModels.map(({ id }) => id),
      ['demo-steady', 'demo-rate-limit', 'demo-overload', 'demo-stall', 'demo-cut', 'demo-no-credit', 'demo-reasoning'],
    );
    for (const { title, prompt } of demoModels) assert.ok(title && prompt);
  });

  const ends: { model: string; ends: (string | number)[] }[] = [
    { model: 'demo-steady', ends: ['stop', 'stop'] },
    { model: 'gpt-4o', ends: ['stop', 'stop'] },
    { model: 'demo-rate-limit', ends: [429, 'stop', 429, 'stop'] },
    { model: 'demo-overload', ends: [503, 529, 503, 'stop', 503] },
    { model: 'demo-stall', ends: ['stall', 'stop', 'stall'] },
    { model: 'demo-cut', ends: ['reset', 'stop', 'reset'] },
    { model: 'demo-no-credit', ends: [402, 402, 402, 402, 402] },
    { model: 'demo-reasoning', ends: ['stop', 'stop'] },
  ];

  for (const { model, ends: expected } of ends) {
    it(`${model}: the attempts at one prompt end with ${expected.join(', ')}`, () => {
      assert.deepEqual(
        expected.map(() => ask(script, model, user('How do retries work?')).end),
        expected,
      );
    });
  }

  it('judges each conversation by itself', () => {
    const one = user('What is backoff?');
    const other = user('What is jitter?');
    const seen = [one, other, one, other].map((message) => ask(script, 'demo-rate-limit', message).end);
    assert.deepEqual(seen, [429, 429, 'stop', 'stop']);
    assert.equal(ask(script, 'demo-rate-limit', one, assistant('Waiting.'), other).end, 429);
    assert.equal(ask(script, 'demo-cut', one).end, 'reset');
  });

  it('names five seconds when it limits, and no time when it is overloaded', () => {
    assert.equal(ask(script, 'demo-rate-limit', user('a')).headers['retry-after'], '5');
    for (let n = 0; n < 3; n++) assert.equal(ask(script, 'demo-overload', user('a')).headers['retry-after'], undefined);
  });

  for (const model of ['demo-stall', 'demo-cut']) {
    for (const prompt of [promptOf(model), '流中断了怎么办？']) {
      it(`${model} breaks off in the middle of the answer to "${prompt}"`, () => {
        const [broken, whole] = [ask(script, model, user(prompt)), ask(script, model, user(prompt))];
        assert.ok(whole.text.startsWith(broken.text));
        const share = broken.text.length / whole.text.length;
        assert.ok(share > 0.3 && share < 0.6, `${share} of it`);
      });

      it(`${model} goes on exactly where the assistant's message ends, for "${prompt}"`, () => {
        const partial = ask(script, model, user(prompt)).text;
        const rest = ask(script, model, user(prompt), assistant(partial));
        assert.equal(rest.end, 'stop');
        assert.equal(partial + rest.text, ask(script, 'demo-steady', user(prompt)).text);
      });

      it(`${model} repeats its last words when it is asked to continue "${prompt}"`, () => {
        const partial = ask(script, model, user(prompt)).text;
        const quoted = partial.slice(-200);
        const request = user(`Your answer was cut off. Continue right after «${quoted}», without repeating anything.`);
        const rest = ask(script, model, user(prompt), assistant(partial), request);
        const whole = ask(script, 'demo-steady', user(prompt)).text;
        assert.equal(rest.end, 'stop');
        const repeated = partial.length + rest.text.length - whole.length;
        assert.ok(repeated >= 16 && repeated < 60, `${repeated} characters`);
        assert.equal(partial.slice(0, -repeated) + rest.text, whole);
      });
    }
  }

  it('continues a partial whose end was trimmed', () => {
    const whole = ask(script, 'demo-steady', user('What is backoff?')).text;
    const partial = whole.slice(0, whole.indexOf('\n\n', 300));
    const rest = ask(script, 'demo-cut', user('What is backoff?'), assistant(partial), user('continue'));
    assert.match(rest.text, /\n\n/);
    assert.ok(whole.endsWith(rest.text));
  });

  it('continues what another of its models began', () => {
    const begun = ask(script, 'demo-cut', user('Tell me something.')).text;
    const rest = ask(script, 'demo-steady', user('Tell me something.'), assistant(begun));
    assert.equal(begun + rest.text, ask(script, 'demo-cut', user('Tell me something.')).text);
  });

  it('does not take a new question after a stopped answer for a continuation', () => {
    const begun = ask(script, 'demo-cut', user('How do I resume a stream?')).text;
    const next = ask(script, 'demo-steady', user('How do I resume a stream?'), assistant(begun), user('And jitter?'));
    assert.equal(next.text, ask(script, 'demo-steady', user('And jitter?')).text);
  });

  const topics: { prompt: string; heading: string }[] = [
    { prompt: 'How should a client retry?', heading: '# Retrying without making things worse' },
    { prompt: 'Explain exponential backoff', heading: '# Exponential backoff' },
    { prompt: 'Why jitter on a back-off?', heading: '# Why waits need jitter' },
    { prompt: 'I get a 429 when I retry', heading: '# Honoring Retry-After' },
    { prompt: 'What makes a retry idempotent?', heading: '# Retrying what must not happen twice' },
    { prompt: 'My stream was cut', heading: '# When a stream breaks in the middle' },
    { prompt: 'What is a circuit breaker?', heading: '# Circuit breakers' },
    { prompt: '如何重试？', heading: '# 如何重试才不会雪上加霜' },
    { prompt: '什么是指数退避？', heading: '# 指数退避' },
    { prompt: 'jitter 有什么用？', heading: '# 等待为什么需要抖动' },
    { prompt: '被限流了怎么办', heading: '# 遵守 Retry-After' },
    { prompt: '什么是幂等键', heading: '# 不能做两遍的事怎么重试' },
    { prompt: '流中断之后怎么续传', heading: '# 流在中途断开时' },
    { prompt: '熔断器怎么用', heading: '# 熔断器' },
  ];

  for (const { prompt, heading } of topics) {
    it(`answers "${prompt}" under "${heading}"`, () => {
      assert.equal(ask(script, 'demo-steady', user(prompt)).text.split('\n')[0], heading);
    });
  }

  for (const { id, prompt } of demoModels.filter((model) => model.id !== 'demo-no-credit')) {
    it(`${id} has an answer of its own to its suggested prompt`, () => {
      let attempt = ask(script, id, user(prompt));
      while (attempt.end !== 'stop') attempt = ask(script, id, user(prompt));
      assert.match(attempt.text, /^# /);
    });
  }

  it('says that it is a demo when nothing was understood, or code was sent', () => {
    const code = '```js\nretry();\n```';
    for (const prompt of ['Who are you?', code, `Explain this retry loop:\n\n${code}`, '```\nbackoff']) {
      assert.match(ask(script, 'demo-steady', user(prompt)).text, /^\*This is the offline demo.*\*\n\n# /);
    }
    assert.match(ask(script, 'demo-steady', user('你好')).text, /^\*这是离线演示.*\*\n\n# /);
  });

  it('reads a message in parts', () => {
    const parts = {
      role: 'user',
      content: [
        { type: 'text', text: 'What is ' },
        { type: 'text', text: 'jitter?' },
      ],
    };
    assert.match(ask(script, 'demo-steady', parts).text, /^# Why waits need jitter/);
  });

  it('thinks first, only with demo-reasoning, in the language of the prompt', () => {
    assert.match(ask(script, 'demo-reasoning', user('Why jitter?')).reasoning, /^The question is .*\.$/);
    assert.match(ask(script, 'demo-reasoning', user('为什么要抖动？')).reasoning, /^问题是.*。$/);
    assert.equal(ask(script, 'demo-steady', user('Why jitter?')).reasoning, '');
  });

  it('has the rhythm of a recorded stream, the same each time for the same prompt', () => {
    const [one, again, other] = ['Why jitter?', 'Why jitter?', 'Why jitter, again?'].map(
      (prompt) => ask(script, 'demo-steady', user(prompt)).waits,
    );
    assert.ok(one!.length > 100 && one!.every((ms) => ms >= 8 && ms <= 40));
    assert.ok(new Set(one).size > 20);
    assert.deepEqual(one, again);
    assert.notDeepEqual(one, other);
  });

  it('refuses a body that is no request', () => {
    const [head] = [...(script({ json: undefined } as GatewayRequest) as Iterable<Step>)];
    assert.equal(head && 'status' in head && head.status, 400);
  });
});
