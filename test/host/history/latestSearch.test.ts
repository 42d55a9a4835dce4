import assert from 'node:assert/strict';
import { LatestSearch } from '../../../src/host/history/latestSearch';
import { settle, VirtualClock } from '../../support/virtualClock';

function setUp() {
  const clock = new VirtualClock();
  const calls: string[] = [];
  const searches = new Map<string, { resolve: (found: string) => void; reject: (error: Error) => void }>();
  const signals = new Map<string, AbortSignal>();
  const search = new LatestSearch<string>({
    clock,
    find: (query, signal) =>
      new Promise((resolve, reject) => {
        calls.push(`find ${query}`);
        searches.set(query, { resolve, reject });
        signals.set(query, signal);
      }),
    onBusy: (busy) => calls.push(busy ? 'busy' : 'idle'),
    onFound: (found, query) => calls.push(`${query}: ${found}`),
    onError: (error) => calls.push(String(error)),
  });
  return { clock, calls, searches, signals, search };
}

describe('latest search', () => {
  it('starts only one search, when the user pauses while typing', async () => {
    const { clock, calls, searches, search } = setUp();
    search.update('r', 150);
    await clock.advance(100);
    search.update('re', 150);
    await clock.advance(149);
    assert.deepEqual(calls, ['busy', 'busy']);
    await clock.advance(1);
    searches.get('re')?.resolve('found');
    await settle();
    assert.deepEqual(calls, ['busy', 'busy', 'find re', 're: found', 'idle']);
  });

  it('aborts the previous search and ignores its results', async () => {
    const { clock, calls, searches, signals, search } = setUp();
    search.update('re', 0);
    await clock.advance(0);
    search.update('retry', 0);
    await clock.advance(0);
    assert.equal(signals.get('re')?.aborted, true);
    searches.get('retry')?.resolve('new');
    searches.get('re')?.resolve('old');
    await settle();
    assert.deepEqual(calls.slice(-2), ['retry: new', 'idle']);
  });

  it('passes an error of the search to its listener and ends the busy state', async () => {
    const { clock, calls, searches, search } = setUp();
    search.update('re', 0);
    await clock.advance(0);
    searches.get('re')?.reject(new Error('disk'));
    await settle();
    assert.deepEqual(calls.slice(-2), ['Error: disk', 'idle']);
  });

  it('aborts the running search when disposed, and then passes neither results nor errors to its listener', async () => {
    const { clock, calls, searches, signals, search } = setUp();
    search.update('re', 0);
    await clock.advance(0);
    search.dispose();
    searches.get('re')?.reject(new Error('disk'));
    await settle();
    assert.equal(signals.get('re')?.aborted, true);
    assert.deepEqual(calls, ['busy', 'find re']);
    assert.equal(clock.pending, 0);
  });
});
