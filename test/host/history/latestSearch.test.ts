import assert from 'node:assert/strict';
import { LatestSearch } from '../../../src/host/history/latestSearch';
import { settle, VirtualClock } from '../../support/virtualClock';

function setUp() {
  const clock = new VirtualClock();
  const happened: string[] = [];
  const asked = new Map<string, { resolve: (found: string) => void; reject: (error: Error) => void }>();
  const signals = new Map<string, AbortSignal>();
  const search = new LatestSearch<string>({
    clock,
    find: (words, signal) =>
      new Promise((resolve, reject) => {
        happened.push(`find ${words}`);
        asked.set(words, { resolve, reject });
        signals.set(words, signal);
      }),
    onBusy: (busy) => happened.push(busy ? 'busy' : 'idle'),
    onFound: (found, words) => happened.push(`${words}: ${found}`),
    onError: (error) => happened.push(String(error)),
  });
  return { clock, happened, asked, signals, search };
}

describe('LatestSearch', () => {
  it('waits for a pause in the typing, and looks once', async () => {
    const { clock, happened, asked, search } = setUp();
    search.update('r', 150);
    await clock.advance(100);
    search.update('re', 150);
    await clock.advance(149);
    assert.deepEqual(happened, ['busy', 'busy']);
    await clock.advance(1);
    asked.get('re')?.resolve('found');
    await settle();
    assert.deepEqual(happened, ['busy', 'busy', 'find re', 're: found', 'idle']);
  });

  it('gives up what was looked for before, and shows nothing of it', async () => {
    const { clock, happened, asked, signals, search } = setUp();
    search.update('re', 0);
    await clock.advance(0);
    search.update('retry', 0);
    await clock.advance(0);
    assert.equal(signals.get('re')?.aborted, true);
    asked.get('retry')?.resolve('new');
    asked.get('re')?.resolve('old');
    await settle();
    assert.deepEqual(happened.slice(-2), ['retry: new', 'idle']);
  });

  it('says what failed, and is no longer busy', async () => {
    const { clock, happened, asked, search } = setUp();
    search.update('re', 0);
    await clock.advance(0);
    asked.get('re')?.reject(new Error('disk'));
    await settle();
    assert.deepEqual(happened.slice(-2), ['Error: disk', 'idle']);
  });

  it('is quiet once it is disposed of', async () => {
    const { clock, happened, asked, signals, search } = setUp();
    search.update('re', 0);
    await clock.advance(0);
    search.dispose();
    asked.get('re')?.reject(new Error('disk'));
    await settle();
    assert.equal(signals.get('re')?.aborted, true);
    assert.deepEqual(happened, ['busy', 'find re']);
    assert.equal(clock.pending, 0);
  });
});
