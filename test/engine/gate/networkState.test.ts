import assert from 'node:assert/strict';
import fc from 'fast-check';
import { noSharedCooldowns, type Cooldown, type Scope } from '../../../src/engine/gate/cooldowns';
import { NetworkState, RetryBudget } from '../../../src/engine/gate/networkState';
import { propertyRuns } from '../../support/propertyRuns';
import { settle, VirtualClock } from '../../support/virtualClock';

const scope: Scope = { origin: 'https://gateway.test', apiKey: 'hsa-secret', model: 'gpt-4o' };

function start(): {
  readonly clock: VirtualClock;
  readonly state: NetworkState;
  readonly cleared: (Scope | undefined)[];
} {
  const clock = new VirtualClock();
  const cleared: (Scope | undefined)[] = [];
  const clear = (which?: Scope): Promise<void> => Promise.resolve(void cleared.push(which));
  return { clock, cleared, state: new NetworkState(clock, { ...noSharedCooldowns, clear }) };
}

function limit(clock: VirtualClock, state: NetworkState, of: Scope): Cooldown {
  const cooldown: Cooldown = { until: clock.now() + 30_000, delayMs: 30_000, source: 'server', reason: 'rate-limit' };
  state
    .gate(of)
    .enqueue(() => undefined)
    .limited(cooldown);
  return cooldown;
}

describe('the network state', () => {
  it('has one gate for an origin, a key and a model', () => {
    const { state } = start();
    const gate = state.gate(scope);
    assert.equal(state.gate({ ...scope }), gate);
    for (const other of [{ origin: 'https://other.test' }, { apiKey: 'other' }, { model: 'other' }]) {
      assert.notEqual(state.gate({ ...scope, ...other }), gate);
    }
  });

  it('has one budget for an origin', () => {
    const { state } = start();
    const budget = state.budget(scope.origin);
    assert.equal(state.budget(scope.origin), budget);
    assert.notEqual(state.budget('https://other.test'), budget);
  });

  it('reports what is closed and what is spent, without a key', () => {
    const { clock, state } = start();
    state.budget(scope.origin).charge(5);
    const { until } = limit(clock, state, scope);
    for (let n = 0; n < 5; n++)
      state
        .gate({ ...scope, model: 'broken' })
        .enqueue(() => undefined)
        .failed();
    const report = state.report();
    assert.deepEqual(report, {
      budgets: [{ origin: scope.origin, tokens: 7 }],
      gates: [
        { origin: scope.origin, model: 'gpt-4o', closedUntil: until, breakerOpen: false, failures: 0 },
        { origin: scope.origin, model: 'broken', closedUntil: clock.now() + 5000, breakerOpen: true, failures: 5 },
      ],
    });
    assert.ok(!JSON.stringify(report).includes(scope.apiKey));
  });

  it('forgets everything with a reset, in the notes of all windows too, and lets the waiting go', async () => {
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
    waiting.release();
    assert.equal(clock.pending, 0);
  });

  it('forgets nothing up to a hundred of a kind, and those that hold nobody up with one more', () => {
    const { state } = start();
    const size = (): readonly number[] => {
      const { gates, budgets } = state.report();
      return [gates.length, budgets.length];
    };
    for (let n = 0; n < 100; n++) {
      state.gate({ ...scope, model: `model-${n}` });
      state.budget(`https://${n}.test`);
    }
    assert.deepEqual(size(), [100, 100]);
    state.gate(scope);
    state.budget(scope.origin);
    assert.deepEqual(size(), [1, 1]);
  });

  it('keeps what matters, and no more than a hundred others', () => {
    const { clock, state } = start();
    limit(clock, state, scope);
    const closed = state.gate(scope);
    const busyScope = { ...scope, model: 'busy' };
    const busy = state.gate(busyScope);
    const permit = busy.enqueue(() => undefined);
    state.budget('https://spent.test').charge(1);
    for (let n = 0; n < 500; n++) {
      state.gate({ ...scope, model: `model-${n}` });
      state.budget(`https://${n}.test`);
    }
    const { gates, budgets } = state.report();
    assert.ok(gates.length <= 102 && budgets.length <= 101, `${gates.length} ${budgets.length}`);
    assert.equal(state.gate(scope), closed);
    assert.equal(state.gate(busyScope), busy);
    assert.equal(state.budget('https://spent.test').tokens, 11);
    permit.release();
  });

  it('says until when a model is left alone, and why; the others are not', async () => {
    const { clock, state } = start();
    assert.equal(state.cooldownOf(scope), undefined);
    const { until } = limit(clock, state, scope);
    assert.deepEqual(state.cooldownOf({ ...scope }), { until, why: 'cooldown' });
    assert.equal(state.cooldownOf({ ...scope, apiKey: 'hsa-other' }), undefined);
    await clock.advance(30_000);
    assert.equal(state.cooldownOf(scope), undefined);
  });

  it('says so of a breaker', () => {
    const { clock, state } = start();
    const gate = state.gate(scope);
    for (let n = 0; n < 5; n++) gate.enqueue(() => undefined).failed();
    assert.deepEqual(state.cooldownOf(scope), { until: clock.now() + 5000, why: 'breaker' });
  });

  it('reports that a cooldown starts, becomes longer and is cleared, but nothing while it stays the same', async () => {
    const clock = new VirtualClock();
    const told: (number | undefined)[] = [];
    const state: NetworkState = new NetworkState(clock, noSharedCooldowns, () =>
      told.push(state.cooldownOf(scope)?.until),
    );
    const gate = state.gate(scope);
    const began = clock.now();
    const places = [1, 2, 3, 4].map(() => gate.enqueue(() => undefined));
    const limited = (place: number, delayMs: number): void =>
      places[place]!.limited({ until: began + delayMs, delayMs, source: 'server', reason: 'rate-limit' });
    limited(0, 30_000);
    limited(1, 20_000);
    limited(2, 40_000);
    places[3]!.release(true);
    await state.reset();
    assert.deepEqual(told, [began + 30_000, began + 40_000, undefined]);
  });

  it('tells nobody that its time is up, nor that the probe was taken then', async () => {
    const clock = new VirtualClock();
    let told = 0;
    const state = new NetworkState(clock, noSharedCooldowns, () => told++);
    limit(clock, state, scope);
    await clock.advance(30_000);
    state
      .gate(scope)
      .enqueue(() => undefined)
      .accepted();
    assert.equal(told, 1);
  });
});

const url = 'https://api.holysheep.ai/v1';

const newMemory = (): NetworkState => new NetworkState(new VirtualClock(), noSharedCooldowns);

describe('the memory of routes', () => {
  it('knows nothing of a model it has not met', () => {
    const { unsupportedParameters, refusesPrefill, finishReason } = newMemory().behaviorOf(url, 'gpt-5');
    assert.deepEqual([unsupportedParameters.size, refusesPrefill, finishReason], [0, false, 'unknown']);
  });

  it('keeps what it has learned of a model on a route', () => {
    const memory = newMemory();
    memory.behaviorOf(url, 'gpt-5').unsupportedParameters.add('max_tokens');
    memory.behaviorOf(url, 'gpt-5').finishReason = 'omitted';
    assert.deepEqual([...memory.behaviorOf(url, 'gpt-5').unsupportedParameters], ['max_tokens']);
    assert.equal(memory.behaviorOf(url, 'gpt-5').finishReason, 'omitted');
  });

  it('holds it neither against another model nor against the same one on another route', () => {
    const memory = newMemory();
    memory.behaviorOf(url, 'gpt-5').refusesPrefill = true;
    assert.equal(memory.behaviorOf(url, 'gpt-4o').refusesPrefill, false);
    assert.equal(memory.behaviorOf('https://example.com/v1', 'gpt-5').refusesPrefill, false);
  });
});

class Ticks {
  time = 500;
  ticks(): number {
    return this.time;
  }
}

function spent(tokens: number): { readonly clock: Ticks; readonly budget: RetryBudget } {
  const clock = new Ticks();
  const budget = new RetryBudget(clock);
  budget.charge(12 - tokens);
  return { clock, budget };
}

describe('a retry budget', () => {
  it('has 12 tokens, and never less than none', () => {
    const budget = new RetryBudget(new Ticks());
    assert.equal(budget.tokens, 12);
    for (let n = 0; n < 11; n++) budget.charge(1);
    assert.equal(budget.tokens, 1);
    budget.charge(2);
    assert.equal(budget.tokens, 0);
  });

  it('gains one each ten seconds', () => {
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

  it('gains one with each success', () => {
    const { budget } = spent(3);
    budget.refund(1);
    assert.equal(budget.tokens, 4);
  });

  it('does not save up the time in which it is full', () => {
    const clock = new Ticks();
    const budget = new RetryBudget(clock);
    clock.time += 3_600_000;
    budget.refund(1);
    budget.charge(12);
    clock.time += 9999;
    assert.equal(budget.tokens, 0);
  });

  it('is never below zero and never above twelve', () => {
    const step = fc.oneof(
      fc.record({ take: fc.integer({ min: 0, max: 14 }) }),
      fc.record({ pass: fc.nat(60_000) }),
      fc.constant('success' as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const clock = new Ticks();
        const budget = new RetryBudget(clock);
        for (const each of steps) {
          if (each === 'success') budget.refund(1);
          else if ('pass' in each) clock.time += each.pass;
          else budget.charge(each.take);
          assert.ok(budget.tokens >= 0 && budget.tokens <= 12);
        }
      }),
      { numRuns: propertyRuns },
    );
  });
});
