import assert from 'node:assert/strict';
import { RecentCounts } from '../../../src/host/languageModels/recentCounts';

describe('recent counts', () => {
  it('are known again', () => {
    const counts = new RecentCounts();
    counts.set('hello', 1);
    assert.equal(counts.get('hello'), 1);
    assert.equal(counts.get('world'), undefined);
  });

  it('are bounded in number', () => {
    const counts = new RecentCounts();
    for (let n = 0; n < 100_000; n++) counts.set(`text ${n}`, n);
    assert.ok(counts.size <= 2 * 8_192, String(counts.size));
    assert.equal(counts.get('text 99999'), 99_999);
    assert.equal(counts.get('text 1'), undefined);
  });

  it('are bounded in characters', () => {
    const counts = new RecentCounts();
    for (let n = 0; n < 1_000; n++) counts.set(String(n).padEnd(4_096), n);
    assert.ok(counts.size * 4_096 <= 2_000_000, String(counts.size));
  });

  it('stay while they are asked for', () => {
    const counts = new RecentCounts();
    counts.set('often', 1);
    for (let n = 0; n < 50_000; n++) {
      counts.set(`once ${n}`, n);
      assert.equal(counts.get('often'), 1);
    }
  });
});
