import assert from 'node:assert/strict';
import { noSharedCooldowns, type Cooldown, type CooldownScope } from '../../../src/engine/gate/cooldowns';
import { NetworkState, RetryBudget, type ModelCooldown } from '../../../src/engine/gate/networkState';
import { settle, VirtualClock } from '../../support/virtualClock';

const scope: CooldownScope = { origin: 'https://gateway.test', apiKey: 'hsa-secret', model: 'gpt-4o' };

function start(): {
  readonly clock: VirtualClock;
  readonly state: NetworkState;
  readonly cleared: (CooldownScope | undefined)[];
} {
  const clock = new VirtualClock();
  const cleared: (CooldownScope | undefined)[] = [];
  const clear = (clearedScope?: CooldownScope): Promise<void> => Promise.resolve(void cleared.push(clearedScope));
  return { clock, cleared, state: new NetworkState(clock, { ...noSharedCooldowns, clear }) };
}

function limit(clock: VirtualClock, state: NetworkState, limitedScope: CooldownScope): Cooldown {
  const cooldown: Cooldown = { until: clock.now() + 30_000, delayMs: 30_000, source: 'server', reason: 'rate-limit' };
  const gate = state.gate(limitedScope);
  gate.limited(
    gate.enqueue(() => undefined),
    cooldown,
  );
  return cooldown;
}

describe('network state', () => {
  it('creates one gate for each origin, key and model', () => {
    const { state } = start();
    const gate = state.gate(scope);
    assert.equal(state.gate({ ...scope }), gate);
    for (const changed of [{ origin: 'https://other.test' }, { apiKey: 'other' }, { model: 'other' }]) {
      assert.notEqual(state.gate({ ...scope, ...changed }), gate);
    }
  });

  it('lists closed gates and used retry budgets in the diagnostics, without an API key', () => {
    const { clock, state } = start();
    state.budget(scope.origin).charge(5);
    const { until } = limit(clock, state, scope);
    const broken = state.gate({ ...scope, model: 'broken' });
    for (let n = 0; n < 5; n++) broken.failed(broken.enqueue(() => undefined));
    const report = state.report();
    assert.deepEqual(report, {
      budgets: [{ origin: scope.origin, tokens: 7 }],
      gates: [
        { origin: scope.origin, model: 'gpt-4o', closedUntil: until, breakerOpen: false, failures: 0 },
        { origin: scope.origin, model: 'broken', closedUntil: clock.now() + 5000, breakerOpen: true, failures: 5 },
      ],
    });
    assert.equal(state.cooldownOf({ ...scope, model: 'broken' })?.blockKind, 'breaker');
    assert.ok(!JSON.stringify(report).includes(String(scope.apiKey)));
  });

  it('refills retry budgets, clears cooldowns (including the cooldowns of other windows) and admits waiting requests when it is reset', async () => {
    const { clock, state, cleared } = start();
    state.budget(scope.origin).charge(5);
    limit(clock, state, scope);
    const waiting = state.gate(scope).enqueue(() => undefined);
    assert.ok(waiting.block);
    await state.reset();
    await settle();
    assert.equal(waiting.block, undefined);
    assert.equal(state.budget(scope.origin).tokens, 12);
    assert.ok(cleared.includes(undefined));
    state.gate(scope).release(waiting);
    assert.equal(clock.pending, 0);
  });

  describe('probes of different models with the same key', () => {
    /** Limits models, which then wait for the end of their cooldowns with one request each. */
    const limited = (...models: readonly string[]) => {
      const { clock, state } = start();
      const scopes = models.map((model) => ({ ...scope, model }));
      for (const each of scopes) limit(clock, state, each);
      const permits = scopes.map((each) => state.gate(each).enqueue(() => undefined));
      const sent = (): readonly boolean[] => permits.map(({ block }) => block === undefined);
      const accept = (index: number): void => state.gate(scopes[index]!).accepted(permits[index]!);
      return { accept, clock, permits, scopes, sent, state };
    };

    it('are sent one after the other as the gateway accepts them', async () => {
      const { accept, clock, sent } = limited('a', 'b', 'c', 'd');
      await clock.advance(30_000);
      assert.deepEqual(sent(), [true, false, false, false]);
      accept(0);
      assert.deepEqual(sent(), [true, true, false, false]);
      accept(1);
      accept(2);
      assert.deepEqual(sent(), [true, true, true, true]);
    });

    it('are sent 2 s apart while the gateway accepts none', async () => {
      const { clock, scopes, sent, permits, state } = limited('a', 'b', 'c');
      await clock.advance(30_000);
      state.gate(scopes[0]!).failed(permits[0]!);
      await clock.advance(1_999);
      assert.deepEqual(sent(), [true, false, false]);
      await clock.advance(1);
      assert.deepEqual(sent(), [true, true, false]);
      await clock.advance(2_000);
      assert.deepEqual(sent(), [true, true, true]);
    });

    it('do not wait for a model that is refused again and again', async () => {
      const { clock, scopes, sent, permits, state } = limited('a', 'b');
      const gate = state.gate(scopes[0]!);
      let probe = permits[0]!;
      await clock.advance(30_000);
      for (let refusals = 0; refusals < 2; refusals++) {
        gate.limited(probe, { until: clock.now() + 1_000, delayMs: 1_000, source: 'server', reason: 'rate-limit' });
        probe = gate.enqueue(() => undefined);
        await clock.advance(1_000);
      }
      assert.equal(sent()[1], true);
    });

    it('are spaced again after the next cooldown', async () => {
      const { clock, scopes, permits, state } = limited('a');
      await clock.advance(30_000);
      const until = clock.now() + 30_000;
      state.gate(scopes[0]!).limited(permits[0]!, { until, delayMs: 30_000, source: 'server', reason: 'rate-limit' });
      const other = { ...scope, model: 'b' };
      limit(clock, state, other);
      const again = [scopes[0]!, other].map((each) => state.gate(each).enqueue(() => undefined));
      await clock.advance(30_000);
      assert.deepEqual(
        again.map(({ block }) => block === undefined),
        [true, false],
      );
    });

    it('wait for the latest probe when the gateway accepts an earlier one', async () => {
      const { accept, clock, permits, scopes, sent, state } = limited('a', 'b', 'c');
      await clock.advance(30_000);
      state.gate(scopes[1]!).force(permits[1]!);
      accept(0);
      assert.deepEqual(sent(), [true, true, false]);
      accept(1);
      assert.deepEqual(sent(), [true, true, true]);
    });

    it('are sent at the same time over different keys', async () => {
      const { clock, sent, state } = limited('a');
      const other = { ...scope, apiKey: 'other' };
      limit(clock, state, other);
      const permit = state.gate(other).enqueue(() => undefined);
      await clock.advance(30_000);
      assert.deepEqual([...sent(), permit.block], [true, undefined]);
    });

    it('delay neither a model that was not limited, nor the next probe of the same model', async () => {
      const { clock, scopes, sent, permits, state } = limited('a', 'b');
      await clock.advance(30_000);
      assert.equal(state.gate({ ...scope, model: 'free' }).enqueue(() => undefined).block, undefined);
      assert.equal(state.gate({ ...scopes[1]!, apiKey: 'other' }).enqueue(() => undefined).block, undefined);
      state.gate(scopes[0]!).release(permits[0]!);
      assert.equal(state.gate(scopes[0]!).enqueue(() => undefined).block, undefined);
      assert.deepEqual(sent(), [true, false]);
    });
  });

  it('returns the cooldown of a rate-limited model until it ends, but not for another key', async () => {
    const { clock, state } = start();
    assert.equal(state.cooldownOf(scope), undefined);
    const { until } = limit(clock, state, scope);
    assert.deepEqual(state.cooldownOf({ ...scope }), { until, blockKind: 'cooldown' } satisfies ModelCooldown);
    assert.equal(state.cooldownOf({ ...scope, apiKey: 'hsa-other' }), undefined);
    await clock.advance(30_000);
    assert.equal(state.cooldownOf(scope), undefined);
  });

  it('notifies the host when a cooldown starts, becomes longer or is cleared, but not when it stays the same', async () => {
    const clock = new VirtualClock();
    const changes: (number | undefined)[] = [];
    const state: NetworkState = new NetworkState(clock, noSharedCooldowns, () =>
      changes.push(state.cooldownOf(scope)?.until),
    );
    const gate = state.gate(scope);
    const startedAt = clock.now();
    const permits = [1, 2, 3, 4].map(() => gate.enqueue(() => undefined));
    const limited = (index: number, delayMs: number): void =>
      gate.limited(permits[index]!, { until: startedAt + delayMs, delayMs, source: 'server', reason: 'rate-limit' });
    limited(0, 30_000);
    limited(1, 20_000);
    limited(2, 40_000);
    gate.finished(permits[3]!);
    await state.reset();
    assert.deepEqual(changes, [startedAt + 30_000, startedAt + 40_000, undefined]);
  });

  it('does not notify the host when a cooldown expires or the probe after it is accepted', async () => {
    const clock = new VirtualClock();
    let changes = 0;
    const state = new NetworkState(clock, noSharedCooldowns, () => changes++);
    limit(clock, state, scope);
    await clock.advance(30_000);
    const gate = state.gate(scope);
    gate.accepted(gate.enqueue(() => undefined));
    assert.equal(changes, 1);
  });
});

const url = 'https://api.holysheep.ai/v1';

const newState = (): NetworkState => new NetworkState(new VirtualClock(), noSharedCooldowns);

describe('gateway that lacks a model', () => {
  it('is not asked for the model for ten minutes', async () => {
    const clock = new VirtualClock();
    const state = new NetworkState(clock, noSharedCooldowns);
    assert.equal(state.lacksModel(url, 'gpt-5'), false);
    state.recordMissingModel(url, 'gpt-5');
    await clock.advance(599_999);
    assert.equal(state.lacksModel(url, 'gpt-5'), true);
    await clock.advance(1);
    assert.equal(state.lacksModel(url, 'gpt-5'), false);
  });
});

describe('observed behavior of a model on a gateway', () => {
  it('contains the unsupported parameters and whether the gateway omits finish reasons', () => {
    const state = newState();
    state.behaviorOf(url, 'gpt-5').unsupportedParameters.add('max_tokens');
    state.behaviorOf(url, 'gpt-5').finishReason = 'omitted';
    assert.deepEqual([...state.behaviorOf(url, 'gpt-5').unsupportedParameters], ['max_tokens']);
    assert.equal(state.behaviorOf(url, 'gpt-5').finishReason, 'omitted');
  });

  it('is stored separately for each model and each gateway', () => {
    const state = newState();
    state.behaviorOf(url, 'gpt-5').refusesPrefill = true;
    assert.equal(state.behaviorOf(url, 'gpt-4o').refusesPrefill, false);
    assert.equal(state.behaviorOf('https://example.com/v1', 'gpt-5').refusesPrefill, false);
  });
});

/** A clock whose monotonic time the test sets. */
class Ticks {
  time = 500;
  monotonicNow(): number {
    return this.time;
  }
}

function spent(tokens: number): { readonly clock: Ticks; readonly budget: RetryBudget } {
  const clock = new Ticks();
  const budget = new RetryBudget(clock);
  budget.charge(12 - tokens);
  return { clock, budget };
}

describe('retry budget', () => {
  it('starts with 12 tokens, never falls below zero, and gains what is refunded', () => {
    const budget = new RetryBudget(new Ticks());
    assert.equal(budget.tokens, 12);
    for (let n = 0; n < 11; n++) budget.charge(1);
    assert.equal(budget.tokens, 1);
    budget.charge(2);
    assert.equal(budget.tokens, 0);
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

  it('gains no more than its maximum', () => {
    const { clock, budget } = spent(0);
    clock.time += 1_000_000;
    assert.equal(budget.tokens, 12);
  });

  it('does not count time towards the next token while the budget is full', () => {
    const clock = new Ticks();
    const budget = new RetryBudget(clock);
    clock.time += 3_605_000;
    budget.refund(1);
    budget.charge(12);
    clock.time += 9999;
    assert.equal(budget.tokens, 0);
  });
});
