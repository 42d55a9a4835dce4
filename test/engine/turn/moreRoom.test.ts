import assert from 'node:assert/strict';
import type { ModelFacts } from '../../../src/engine/models/modelFacts';
import type { ChatRequest } from '../../../src/engine/request';
import { EngineRun } from '../../support/engineRun';
import { answering, cutAfter, streaming } from '../../support/scriptedFetch';

const thinking = streaming((body) =>
  body
    .event({ choices: [{ delta: { reasoning_content: 'hm' } }] })
    .finish('length')
    .done(),
);
const nothing = streaming((body) => body.finish('length').done());
const toolCall = { index: 0, id: '1', function: { name: 'read', arguments: '{}' } };

describe('answer that reaches the token limit before any text', () => {
  for (const [name, reply] of [
    ['only reasoning', thinking],
    ['nothing', nothing],
  ] as const) {
    it(`fails with "empty" and is not retried after ${name}`, async () => {
      const run = await new EngineRun({ replies: [reply, answering('never')] }).toEnd();
      const { kind, message, actions } = run.last('failed');
      assert.deepEqual([kind, actions, run.wire.requests.length], ['empty', ['moreRoom', 'switchModel'], 1]);
      assert.equal(
        message,
        'gpt-4o reached the token limit before it wrote an answer. The limit includes its reasoning.',
      );
      assert.deepEqual(run.of('cut'), []);
    });
  }

  it('is complete if the model has called a tool', async () => {
    const calling = streaming((body) =>
      body
        .event({ choices: [{ delta: { tool_calls: [toolCall] } }] })
        .finish('length')
        .done(),
    );
    assert.equal((await new EngineRun({ replies: [calling] }).toEnd()).last('done').finishReason, 'length');
  });

  it('does not change the partial answer that it was meant to continue', async () => {
    const half = 'Once upon a time there was a sheep that counted ';
    const run = await new EngineRun({ replies: [cutAfter(half), thinking] }).toEnd();
    assert.deepEqual([run.last('done').finishReason, run.last('done').text], ['length', half]);
  });

  const limitWithMoreRoom = async (request: Partial<ChatRequest>, facts?: ModelFacts) => {
    const unset = { temperature: undefined, maxTokens: undefined, moreRoom: true };
    const deps = facts && { deps: { facts: () => facts } };
    const run = await new EngineRun({ replies: [thinking], ...deps, request: { ...unset, ...request } }).toEnd();
    const body: Record<string, unknown> = run.wire.requests[0]?.body ?? {};
    assert.ok(!run.last('failed').actions.includes('moreRoom'), 'no second time with the same limit');
    return body['max_tokens'] ?? body['max_completion_tokens'];
  };

  it('is requested again with four times the token limit when the user asks for a longer answer', async () => {
    assert.equal(await limitWithMoreRoom({ model: 'unknown', defaults: { maxTokens: 2048 } }), 8192);
    assert.equal(await limitWithMoreRoom({ model: 'gpt-4o', maxTokens: 100 }), 400);
  });

  it("is requested again with no more than the model's maximum output", async () =>
    assert.equal(await limitWithMoreRoom({ model: 'gpt-4o', maxTokens: 8000 }), 16_384));

  it('is requested again without a token limit if the model reasons', async () =>
    assert.equal(await limitWithMoreRoom({ model: 'gpt-5', maxTokens: 500 }), undefined));

  it("is requested again with the model's maximum output if the first request had no token limit", async () => {
    assert.equal(await limitWithMoreRoom({ model: 'deepseek-r1' }), 32_768);
    assert.equal(await limitWithMoreRoom({ model: 'unknown' }), undefined);
  });

  it("can't be requested again if the token limit can't grow", async () => {
    for (const [request, facts] of [
      [{ maxTokens: 16_384 }, undefined],
      [{ maxTokens: undefined }, {}],
    ] as const) {
      const run = await new EngineRun({
        replies: [thinking],
        request,
        ...(facts && { deps: { facts: () => facts } }),
      }).toEnd();
      assert.deepEqual(run.last('failed').actions, ['switchModel']);
    }
  });
});
