import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events';
import { requestFirstToken, type FirstToken } from '../../../src/host/connection/firstToken';
import { faultAdvice } from '../../../src/host/ui/faultAdvice';
import { attempt, failed, reasoning, ScriptedEngine, stopped, text, waiting } from '../conversation/scriptedEngine';

const route = { baseUrl: 'https://gateway.example/v1', apiKey: 'hsa-key-1' };

describe('first token of a route', () => {
  const run = async (
    ...events: readonly StreamEvent[]
  ): Promise<{ readonly engine: ScriptedEngine; readonly result: FirstToken | undefined }> => {
    const engine = new ScriptedEngine();
    const result = requestFirstToken(engine, route, 'gpt-4o', new AbortController().signal, String);
    engine.turn.emit(...events);
    return { engine, result: await result };
  };

  it('is requested with the selected model, over this route only, for a one-word answer', async () => {
    const { engine } = await run(attempt(), text('OK'));
    const { request, options } = engine.turn;
    assert.deepEqual([request.model, request.defaults?.maxTokens, request.messages.length], ['gpt-4o', 16, 1]);
    assert.deepEqual(await options?.connection?.(), route);
  });

  it('is timed from the start of the attempt, and ends the answer', async () => {
    const { engine, result } = await run({ ...attempt(), at: 100 }, text('OK', 340.4));
    assert.deepEqual(result, { ms: 240 });
    assert.deepEqual(engine.turn.controls, ['stop']);
  });

  it('may be a token of reasoning', async () => {
    assert.deepEqual((await run(attempt(), reasoning('hm', 5))).result, { ms: 5 });
  });

  it('is timed from the corrected request when the gateway refused a parameter', async () => {
    const corrected = { ...attempt('m', 2), at: 50 } as StreamEvent;
    assert.deepEqual((await run(attempt(), corrected, text('OK', 60))).result, { ms: 10 });
  });

  it('fails instead of waiting for a retry', async () => {
    const { engine, result } = await run(attempt(), waiting);
    assert.deepEqual(result, { kind: 'rate-limit', message: 'Rate limited' });
    assert.deepEqual(engine.turn.controls, ['stop']);
  });

  it('fails instead of measuring a fallback model', async () => {
    const fallBack: StreamEvent = { type: 'model', from: 'gpt-4o', to: 'b', reason: 'breaker', attempt: 0, at: 0 };
    const { engine, result } = await run(fallBack, attempt('b'), text('OK'));
    assert.deepEqual(result, { kind: 'breaker', message: faultAdvice.breaker.cause });
    assert.deepEqual(engine.turn.controls, ['stop']);
  });

  it('fails with the failure of the turn', async () => {
    const { result } = await run(attempt(), failed(''));
    assert.ok(result && 'kind' in result);
    assert.deepEqual([result.kind, result.message], ['connection', 'Connection lost']);
  });

  it('is undefined when the request was cancelled', async () => {
    assert.equal((await run(attempt(), stopped(''))).result, undefined);
  });
});
