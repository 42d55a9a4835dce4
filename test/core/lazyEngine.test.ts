import assert from 'node:assert/strict';
import type { Engine, EngineReport, RunningTurn } from '../../src/core/engine';
import type { StreamEvent } from '../../src/core/events';
import { lazyEngine } from '../../src/core/lazyEngine';

const request = { model: 'gpt-4o', messages: [] };
const done: StreamEvent = {
  type: 'done',
  finishReason: 'stop',
  attempts: 1,
  text: 'x',
  waitedMs: 0,
  attempt: 1,
  at: 0,
};

class Loaded implements Engine {
  readonly calls: string[] = [];

  pauseOf(): undefined {
    return undefined;
  }

  connectionChanged(): void {
    this.calls.push('connectionChanged');
  }

  resetNetworkState(): Promise<void> {
    this.calls.push('reset');
    return Promise.resolve();
  }

  report(): EngineReport {
    return { turns: [], network: { budgets: [{ origin: 'https://gateway.test', tokens: 12 }], gates: [] } };
  }

  stream(): RunningTurn {
    const { calls } = this;
    calls.push('stream');
    return {
      stop: () => void calls.push('stop'),
      retryNow: () => void calls.push('retryNow'),
      tryAnyway: () => void calls.push('tryAnyway'),
      switchModel: (model) => void calls.push(`switchModel ${model}`),
      [Symbol.asyncIterator]: () => [done][Symbol.iterator]() as unknown as AsyncIterator<StreamEvent>,
    };
  }
}

async function read(turn: RunningTurn): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of turn) events.push(event);
  return events;
}

describe('an engine loaded with its first turn', () => {
  it('is loaded once, and not before', async () => {
    const loaded = new Loaded();
    let loads = 0;
    const engine = lazyEngine(() => {
      loads++;
      return Promise.resolve(loaded);
    });
    assert.equal(loads, 0);
    assert.deepEqual(await read(engine.stream(request)), [done]);
    assert.deepEqual(await read(engine.stream(request)), [done]);
    assert.equal(loads, 1);
  });

  it('is one and the same for turns that start together', async () => {
    const loaded = new Loaded();
    let loads = 0;
    const engine = lazyEngine(() => Promise.resolve((loads++, loaded)));
    await Promise.all([read(engine.stream(request)), read(engine.stream(request)), engine.resetNetworkState()]);
    assert.deepEqual([loads, loaded.calls], [1, ['stream', 'stream', 'reset']]);
  });

  it('hears of another connection only when there is something that may wait for the old one', async () => {
    const loaded = new Loaded();
    const engine = lazyEngine(() => Promise.resolve(loaded));
    engine.connectionChanged();
    await read(engine.stream(request));
    engine.connectionChanged();
    assert.deepEqual(loaded.calls, ['stream', 'connectionChanged']);
  });

  it('has nothing to report before it is there, and then what the engine reports', async () => {
    const engine = lazyEngine(() => Promise.resolve(new Loaded()));
    assert.deepEqual(engine.report(), { turns: [], network: { budgets: [], gates: [] } });
    await read(engine.stream(request));
    assert.equal(engine.report().network.budgets.length, 1);
  });

  it('carries out what was asked of the turn before it was there', async () => {
    const loaded = new Loaded();
    const turn = lazyEngine(() => Promise.resolve(loaded)).stream(request);
    turn.switchModel('other');
    turn.retryNow();
    turn.tryAnyway();
    turn.stop();
    await read(turn);
    assert.deepEqual(loaded.calls, ['stream', 'switchModel other', 'retryNow', 'tryAnyway', 'stop']);
  });

  it('that fails to load fails the turn, and is tried again by the next', async () => {
    const loaded = new Loaded();
    let fail = true;
    const engine = lazyEngine(() => (fail ? Promise.reject(new Error('disk')) : Promise.resolve(loaded)));
    await assert.rejects(read(engine.stream(request)), /disk/);
    fail = false;
    assert.deepEqual(await read(engine.stream(request)), [done]);
  });
});
