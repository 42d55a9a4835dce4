import assert from 'node:assert/strict';
import type { Clock } from '../../../src/engine/clock';
import type { EngineEnvironment } from '../../../src/engine/environment';
import { noSharedCooldowns, type Cooldown, type CooldownScope } from '../../../src/engine/gate/cooldowns';
import { faultOfRow } from '../../../src/engine/faults/classify';
import type { Gate } from '../../../src/engine/gate/gate';
import { fake } from '../../support/fake';
import type { HealthDeps } from '../../../src/engine/gate/gatewayHealth';
import { GatewayStates, RetryBudget, type ModelCooldown } from '../../../src/engine/gate/gatewayState';
import { settle, VirtualClock } from '../../support/virtualClock';

const scope: CooldownScope = { gateway: 'https://gateway.test/v1', key: 'hsa-secret', model: 'gpt-4o' };

const silentLog: EngineEnvironment['log'] = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

function statesWith(deps: Partial<HealthDeps> = {}): GatewayStates {
  return new GatewayStates(
    fake<HealthDeps>({
      clock: new VirtualClock(),
      random: () => 0,
      fetch: () => Promise.reject(new Error('There is no gateway.')),
      log: silentLog,
      cooldowns: noSharedCooldowns,
      mayProbe: () => false,
      ...deps,
    }),
  );
}

function start(): {
  readonly clock: VirtualClock;
  readonly states: GatewayStates;
  readonly cleared: (CooldownScope | undefined)[];
} {
  const clock = new VirtualClock();
  const cleared: (CooldownScope | undefined)[] = [];
  const clear = (clearedScope?: CooldownScope): Promise<void> => Promise.resolve(void cleared.push(clearedScope));
  return { clock, cleared, states: statesWith({ clock, cooldowns: { ...noSharedCooldowns, clear } }) };
}

function gateOf(states: GatewayStates, { gateway, key, model }: CooldownScope): Gate {
  return states.of(gateway).gate(model, key);
}

function cooldownOf(states: GatewayStates, { gateway, key, model }: CooldownScope): ModelCooldown | undefined {
  return states.of(gateway).cooldownOf(model, key);
}

function limit(clock: VirtualClock, states: GatewayStates, limitedScope: CooldownScope): Cooldown {
  const cooldown: Cooldown = { until: clock.now() + 30_000, delayMs: 30_000, source: 'server', reason: 'rate-limit' };
  const gate = gateOf(states, limitedScope);
  gate.limited(
    gate.enqueue(() => undefined),
    cooldown,
  );
  return cooldown;
}

describe('state of the gateways', () => {
  it('contains a separate gate for each combination of gateway, API key and model', () => {
    const { states } = start();
    const gate = gateOf(states, scope);
    assert.equal(gateOf(states, { ...scope }), gate);
    for (const changed of [{ gateway: 'https://gateway.test/v2' }, { key: 'other' }, { model: 'other' }]) {
      assert.notEqual(gateOf(states, { ...scope, ...changed }), gate);
    }
  });

  it('is reported in the diagnostics without API keys', () => {
    const { clock, states } = start();
    states.of(scope.gateway).retryBudget.charge(5);
    const { until } = limit(clock, states, scope);
    const broken = gateOf(states, { ...scope, model: 'broken' });
    for (let n = 0; n < 5; n++) broken.failed(broken.enqueue(() => undefined));
    const report = states.report();
    const gates = [
      { model: 'gpt-4o', closedUntil: until, breakerOpen: false, failures: 0 },
      { model: 'broken', closedUntil: clock.now() + 5000, breakerOpen: true, failures: 5 },
    ];
    assert.deepEqual(report, [{ id: scope.gateway, isDown: false, tokens: 7, gates }]);
    assert.equal(cooldownOf(states, { ...scope, model: 'broken' })?.blockKind, 'breaker');
    assert.ok(!JSON.stringify(report).includes(String(scope.key)));
  });

  it('contains no cooldown and full retry budgets after a reset', async () => {
    const { clock, states, cleared } = start();
    states.of(scope.gateway).retryBudget.charge(5);
    limit(clock, states, scope);
    const waiting = gateOf(states, scope).enqueue(() => undefined);
    assert.ok(waiting.block);
    await states.forgetAll();
    await settle();
    assert.equal(waiting.block, undefined);
    assert.equal(states.of(scope.gateway).retryBudget.tokens, 12);
    assert.ok(cleared.includes(undefined));
    gateOf(states, scope).release(waiting);
    assert.equal(clock.pending, 0);
  });

  it('contains the cooldown of a model only for the API key that was rate-limited', async () => {
    const { clock, states } = start();
    assert.equal(cooldownOf(states, scope), undefined);
    const { until } = limit(clock, states, scope);
    assert.deepEqual(cooldownOf(states, { ...scope }), { until, blockKind: 'cooldown' } satisfies ModelCooldown);
    assert.equal(cooldownOf(states, { ...scope, key: 'hsa-other' }), undefined);
    await clock.advance(30_000);
    assert.equal(cooldownOf(states, scope), undefined);
  });

  it('reports a change only when a cooldown starts, becomes longer or is cleared', async () => {
    const clock = new VirtualClock();
    const changes: (number | undefined)[] = [];
    const states: GatewayStates = statesWith({
      clock,
      onCooldownChange: () => changes.push(cooldownOf(states, scope)?.until),
    });
    const gate = gateOf(states, scope);
    const startedAt = clock.now();
    const permits = [1, 2, 3, 4].map(() => gate.enqueue(() => undefined));
    const limited = (index: number, delayMs: number): void =>
      gate.limited(permits[index]!, { until: startedAt + delayMs, delayMs, source: 'server', reason: 'rate-limit' });
    limited(0, 30_000);
    limited(1, 20_000);
    limited(2, 40_000);
    gate.finished(permits[3]!);
    await states.forgetAll();
    assert.deepEqual(changes, [startedAt + 30_000, startedAt + 40_000, undefined]);
  });

  it('reports no change when a cooldown expires or the gateway accepts the next probe', async () => {
    const clock = new VirtualClock();
    let changes = 0;
    const states = statesWith({ clock, onCooldownChange: () => changes++ });
    limit(clock, states, scope);
    await clock.advance(30_000);
    const gate = gateOf(states, scope);
    gate.accepted(gate.enqueue(() => undefined));
    assert.equal(changes, 1);
  });
});

describe('probes of different models at one gateway', () => {
  /** Limits models, which then wait for the end of their cooldowns with one request each. */
  const limited = (...models: readonly string[]) => {
    const { clock, states } = start();
    const scopes = models.map((model) => ({ ...scope, model }));
    for (const each of scopes) limit(clock, states, each);
    const permits = scopes.map((each) => gateOf(states, each).enqueue(() => undefined));
    const sent = (): readonly boolean[] => permits.map(({ block }) => block === undefined);
    const accept = (index: number): void => gateOf(states, scopes[index]!).accepted(permits[index]!);
    return { accept, clock, permits, scopes, sent, states };
  };

  it('wait until the gateway accepts the previous probe with the same API key', async () => {
    const { accept, clock, sent } = limited('a', 'b', 'c', 'd');
    await clock.advance(30_000);
    assert.deepEqual(sent(), [true, false, false, false]);
    accept(0);
    assert.deepEqual(sent(), [true, true, false, false]);
    accept(1);
    accept(2);
    assert.deepEqual(sent(), [true, true, true, true]);
  });

  it('are sent 2 s apart if the gateway accepts no probe', async () => {
    const { clock, scopes, sent, permits, states } = limited('a', 'b', 'c');
    await clock.advance(30_000);
    gateOf(states, scopes[0]!).failed(permits[0]!);
    await clock.advance(1_999);
    assert.deepEqual(sent(), [true, false, false]);
    await clock.advance(1);
    assert.deepEqual(sent(), [true, true, false]);
    await clock.advance(2_000);
    assert.deepEqual(sent(), [true, true, true]);
  });

  it('are sent even if another model is rate-limited repeatedly', async () => {
    const { clock, scopes, sent, permits, states } = limited('a', 'b');
    const gate = gateOf(states, scopes[0]!);
    let probe = permits[0]!;
    await clock.advance(30_000);
    for (let refusals = 0; refusals < 2; refusals++) {
      gate.limited(probe, { until: clock.now() + 1_000, delayMs: 1_000, source: 'server', reason: 'rate-limit' });
      probe = gate.enqueue(() => undefined);
      await clock.advance(1_000);
    }
    assert.equal(sent()[1], true);
  });

  it('are sent one at a time also after the next cooldown', async () => {
    const { clock, scopes, permits, states } = limited('a');
    await clock.advance(30_000);
    const until = clock.now() + 30_000;
    gateOf(states, scopes[0]!).limited(permits[0]!, {
      until,
      delayMs: 30_000,
      source: 'server',
      reason: 'rate-limit',
    });
    const other = { ...scope, model: 'b' };
    limit(clock, states, other);
    const again = [scopes[0]!, other].map((each) => gateOf(states, each).enqueue(() => undefined));
    await clock.advance(30_000);
    assert.deepEqual(
      again.map(({ block }) => block === undefined),
      [true, false],
    );
  });

  it('wait until the gateway accepts the latest probe, even if it has accepted an earlier probe', async () => {
    const { accept, clock, permits, scopes, sent, states } = limited('a', 'b', 'c');
    await clock.advance(30_000);
    gateOf(states, scopes[1]!).force(permits[1]!);
    accept(0);
    assert.deepEqual(sent(), [true, true, false]);
    accept(1);
    assert.deepEqual(sent(), [true, true, true]);
  });

  it('are sent at the same time if they use different API keys', async () => {
    const { clock, sent, states } = limited('a');
    const other = { ...scope, key: 'other' };
    limit(clock, states, other);
    const permit = gateOf(states, other).enqueue(() => undefined);
    await clock.advance(30_000);
    assert.deepEqual([...sent(), permit.block], [true, undefined]);
  });

  it('do not delay requests to a model without a rate limit', async () => {
    const { clock, scopes, sent, permits, states } = limited('a', 'b');
    await clock.advance(30_000);
    assert.equal(gateOf(states, { ...scope, model: 'free' }).enqueue(() => undefined).block, undefined);
    assert.equal(gateOf(states, { ...scopes[1]!, key: 'other' }).enqueue(() => undefined).block, undefined);
    gateOf(states, scopes[0]!).release(permits[0]!);
    assert.equal(gateOf(states, scopes[0]!).enqueue(() => undefined).block, undefined);
    assert.deepEqual(sent(), [true, false]);
  });
});

const url = 'https://api.holysheep.ai/v1';

describe('gateway that lacks a model', () => {
  it('receives no request for this model for ten minutes', async () => {
    const clock = new VirtualClock();
    const state = statesWith({ clock }).of(url);
    assert.equal(state.lacksModel('gpt-5'), false);
    state.recordMissingModel('gpt-5');
    await clock.advance(599_999);
    assert.equal(state.lacksModel('gpt-5'), true);
    await clock.advance(1);
    assert.equal(state.lacksModel('gpt-5'), false);
  });
});

describe('observed behavior of a model at a gateway', () => {
  it('includes unsupported parameters and missing finish reasons', () => {
    const state = statesWith().of(url);
    state.behavior('gpt-5').unsupportedParameters.add('max_tokens');
    state.behavior('gpt-5').finishReason = 'omitted';
    assert.deepEqual([...state.behavior('gpt-5').unsupportedParameters], ['max_tokens']);
    assert.equal(state.behavior('gpt-5').finishReason, 'omitted');
  });

  it('is stored separately for each model and each gateway', () => {
    const states = statesWith();
    states.of(url).behavior('gpt-5').refusesPrefill = true;
    assert.equal(states.of(url).behavior('gpt-4o').refusesPrefill, false);
    assert.equal(states.of('https://example.com/v1').behavior('gpt-5').refusesPrefill, false);
  });
});

describe('forgetting a gateway', () => {
  it('discards only what was learned about this gateway', async () => {
    const { clock, states, cleared } = start();
    const other = 'https://gateway.test/v2';
    for (const id of [scope.gateway, other]) {
      const state = states.of(id);
      state.retryBudget.charge(12);
      state.recordMissingModel(scope.model);
      state.behavior(scope.model).refusesPrefill = true;
      state.health.markDown(faultOfRow('hostNotFound'));
      limit(clock, states, { ...scope, gateway: id });
    }
    states.of(scope.gateway).forget();
    await settle();
    const learned = (id: string): readonly unknown[] => {
      const state = states.of(id);
      const { refusesPrefill } = state.behavior(scope.model);
      const cooldown = cooldownOf(states, { ...scope, gateway: id });
      return [
        state.retryBudget.tokens,
        state.lacksModel(scope.model),
        refusesPrefill,
        state.health.isDown,
        cooldown?.blockKind,
      ];
    };
    assert.deepEqual(learned(scope.gateway), [12, false, false, false, undefined]);
    assert.deepEqual(learned(other), [0, true, true, true, 'cooldown']);
    const ofOutage: CooldownScope = { gateway: scope.gateway, key: undefined, model: '' };
    assert.deepEqual(cleared, [ofOutage, scope]);
  });
});

/** A clock whose monotonic time the test sets. */
class Ticks implements Clock {
  time = 500;
  now(): number {
    return this.time;
  }
  monotonicNow(): number {
    return this.time;
  }
  callAfter(): never {
    throw new Error('A retry budget starts no timer.');
  }
}

function spent(tokens: number): { readonly clock: Ticks; readonly budget: RetryBudget } {
  const clock = new Ticks();
  const budget = new RetryBudget(clock);
  budget.charge(12 - tokens);
  return { clock, budget };
}

describe('retry budget', () => {
  it('starts with 12 tokens', () => assert.equal(new RetryBudget(new Ticks()).tokens, 12));

  it('never falls below zero', () => {
    const budget = new RetryBudget(new Ticks());
    for (let n = 0; n < 11; n++) budget.charge(1);
    assert.equal(budget.tokens, 1);
    budget.charge(2);
    assert.equal(budget.tokens, 0);
  });

  it('grows when tokens are refunded', () => {
    const { budget } = spent(0);
    budget.refund(2);
    assert.equal(budget.tokens, 2);
  });

  it('gains one token every ten seconds', () => {
    const { clock, budget } = spent(0);
    clock.time += 9999;
    assert.equal(budget.tokens, 0);
    clock.time += 1;
    assert.equal(budget.tokens, 1);
    clock.time += 25_000;
    assert.equal(budget.tokens, 3);
    clock.time += 5000;
    assert.equal(budget.tokens, 4);
  });

  it('never exceeds its maximum', () => {
    const { clock, budget } = spent(0);
    clock.time += 1_000_000;
    assert.equal(budget.tokens, 12);
  });

  it('ignores the time during which the budget is full', () => {
    const clock = new Ticks();
    const budget = new RetryBudget(clock);
    clock.time += 3_605_000;
    budget.refund(1);
    budget.charge(12);
    clock.time += 9999;
    assert.equal(budget.tokens, 0);
  });
});
