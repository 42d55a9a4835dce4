import assert from 'node:assert/strict';
import type { StreamEvent } from '../../../src/engine/events/events';
import type { FirstToken } from '../../../src/host/connection/firstToken';
import { faultAdvice } from '../../../src/host/ui/faultAdvice';
import { FakeEditor } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';
import { attempt, failed, reasoning, ScriptedEngine, stopped, text, waiting } from '../../support/host/scriptedEngine';
import { gatewayFrom } from '../../support/testGateways';

const gateway = gatewayFrom({ baseUrl: 'https://gateway.example/v1', apiKey: 'hsa-key-1' });

describe("measurement of a gateway's time to the first token", () => {
  useVSCode(new FakeEditor().api());
  const run = async (...events: readonly StreamEvent[]) => {
    const { requestFirstToken } = await import('../../../src/host/connection/firstToken');
    const engine = new ScriptedEngine();
    const result = requestFirstToken(engine, gateway, 'gpt-4o', new AbortController().signal);
    engine.turn.emit(...events);
    return { engine, result: await result };
  };

  it('requests a one-word answer, and contacts no other gateway', async () => {
    const { engine } = await run(attempt(), text('OK'));
    const { request, options } = engine.turn;
    assert.deepEqual([request.model, request.defaults?.maxTokens, request.messages.length], ['gpt-4o', 16, 1]);
    assert.deepEqual(await options.gateways?.(), [gateway]);
  });

  const firstAttempt = { ...attempt(), at: 100 };
  const corrected = { ...attempt('m', 2), at: 150 };
  const fallBack: StreamEvent = { type: 'model', from: 'gpt-4o', to: 'b', reason: 'breaker', attempt: 0, at: 0 };
  const limited: FirstToken = { kind: 'rate-limit', message: 'Rate limited' };
  const unavailable: FirstToken = { kind: 'breaker', message: faultAdvice.breaker.cause };
  const cases: readonly {
    readonly name: string;
    readonly events: readonly StreamEvent[];
    readonly expected: FirstToken | undefined;
  }[] = [
    {
      name: 'measures from the start of the attempt',
      events: [firstAttempt, text('OK', 340.4)],
      expected: { ms: 240 },
    },
    {
      name: 'measures up to the first reasoning token',
      events: [firstAttempt, reasoning('hm', 105)],
      expected: { ms: 5 },
    },
    {
      name: 'measures from the start of a corrected request',
      events: [firstAttempt, corrected, text('OK', 160)],
      expected: { ms: 10 },
    },
    { name: 'fails instead of waiting for a retry', events: [firstAttempt, waiting], expected: limited },
    {
      name: 'fails instead of measuring a fallback model',
      events: [fallBack, attempt('b'), text('OK')],
      expected: unavailable,
    },
  ];
  for (const { name, events, expected } of cases) {
    it(`${name}, and then ends the request`, async () => {
      const { engine, result } = await run(...events);
      assert.deepEqual([result, engine.turn.controls], [expected, ['stop']]);
    });
  }

  it('fails with the fault of the request', async () => {
    const { result } = await run(attempt(), failed(''));
    assert.ok(result && 'kind' in result);
    assert.deepEqual([result.kind, result.message], ['connection', 'Connection lost']);
  });

  it('returns undefined when the user cancels the request', async () => {
    assert.equal((await run(attempt(), stopped(''))).result, undefined);
  });
});
