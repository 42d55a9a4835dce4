import assert from 'node:assert/strict';
import type { ModelFacts } from '../../../src/engine/models/modelFacts';
import type { ChatRequest } from '../../../src/engine/request';
import { EngineRun } from '../../support/engineRun';
import { answering, status } from '../../support/scriptedFetch';

const parameterNames = ['temperature', 'max_tokens', 'max_completion_tokens', 'top_p'];
const defaults = { temperature: 0.7, maxTokens: 2048 };
const unset = { temperature: undefined, maxTokens: undefined };

/** Returns the parameters of each request of a run. */
function sentBy(run: EngineRun): readonly object[] {
  return run.wire.requests.map(({ body }) => {
    const entries = Object.entries(body);
    return Object.fromEntries(entries.filter(([name]) => parameterNames.includes(name)));
  });
}

async function send(request: Partial<ChatRequest>, facts?: ModelFacts): Promise<object | undefined> {
  const deps = facts && { facts: () => facts };
  const run = new EngineRun({ replies: [answering('ok')], ...(deps && { deps }), request: { ...unset, ...request } });
  return sentBy(await run.toEnd())[0];
}

const refusal = (param: string) =>
  status(400, { error: { message: `Unsupported parameter: '${param}'`, param, code: 'unsupported_parameter' } });

describe('parameters of a request', () => {
  it('have default values for a model that is unknown or does not reason', async () => {
    const expected = { temperature: 0.7, max_tokens: 2048 };
    assert.deepEqual(await send({ model: 'gpt-4o', defaults }), expected);
    assert.deepEqual(await send({ model: 'unknown', defaults }), expected);
  });

  it('contain no default token limit for a model that reasons', async () => {
    assert.deepEqual(await send({ model: 'deepseek-r1', defaults }), { temperature: 0.7 });
    assert.deepEqual(await send({ model: 'some-model-thinking', defaults }), { temperature: 0.7 });
  });

  it('contain no default temperature for a model that accepts no temperature', async () =>
    assert.deepEqual(await send({ model: 'openai/gpt-5.2', defaults }), {}));

  it("have the values from the user's settings, whatever the model", async () => {
    const set = { temperature: 1, maxTokens: 500, defaults };
    assert.deepEqual(await send({ model: 'gpt-5', ...set }), { temperature: 1, max_completion_tokens: 500 });
    assert.deepEqual(await send({ model: 'deepseek-r1', ...set }), { temperature: 1, max_tokens: 500 });
  });

  it('follow the facts about the model that the extension passes to the engine, not the built-in facts', async () => {
    assert.deepEqual(await send({ model: 'gpt-4o', defaults }, { reasons: true, takesTemperature: false }), {});
    assert.deepEqual(await send({ model: 'o3', defaults }, {}), { temperature: 0.7, max_completion_tokens: 2048 });
  });

  it("contain no temperature if the user's settings exclude it for the model", async () => {
    const facts = { takesTemperature: false, omitsTemperature: true };
    assert.deepEqual(await send({ model: 'gpt-4o', temperature: 1, maxTokens: 5 }, facts), { max_tokens: 5 });
  });

  it('change with the model when the turn switches to a fallback model', async () => {
    const run = new EngineRun({
      replies: [status(503), status(503), status(503), answering('ok')],
      settings: { fallbackModels: ['o3'] },
      request: { ...unset, model: 'gpt-4o', defaults },
    });
    await run.toEnd();
    assert.deepEqual(sentBy(run).at(0), { temperature: 0.7, max_tokens: 2048 });
    assert.deepEqual(sentBy(run).at(-1), {});
    assert.deepEqual(run.of('attempt').at(-1)?.model, 'o3');
  });

  it('do not contain a parameter that the gateway has refused', async () => {
    const request = { topP: 0.5, temperature: undefined, maxTokens: undefined };
    const run = await new EngineRun({ replies: [refusal('top_p'), answering('ok')], request }).toEnd();
    assert.deepEqual(sentBy(run), [{ top_p: 0.5 }, {}]);
  });

  it('contain the token limit under its older name if the gateway has refused the newer name', async () => {
    const request = { model: 'gpt-5', temperature: undefined, maxTokens: 500 };
    const run = await new EngineRun({ replies: [refusal('max_completion_tokens'), answering('ok')], request }).toEnd();
    assert.deepEqual(sentBy(run), [{ max_completion_tokens: 500 }, { max_tokens: 500 }]);
  });

  for (const parameter of ['temperature', 'reasoning_effort', 'thinking', 'max_completion_tokens']) {
    it(`are not corrected when the gateway refuses \`${parameter}\`, which the request did not contain`, async () => {
      const replies = [refusal(parameter), answering('ok')];
      const run = await new EngineRun({ replies, request: { ...unset, maxTokens: 5 } }).toEnd();
      const { kind, message } = run.last('failed');
      assert.deepEqual([run.wire.requests.length, kind], [1, 'request']);
      assert.match(message, /doesn't support a parameter: Unsupported parameter: '/);
    });
  }
});
