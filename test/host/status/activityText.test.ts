import assert from 'node:assert/strict';
import { activityWords } from '../../../src/host/status/activity';

let now = 0;
const deps = {
  localize: (message: string, args: Readonly<Record<string, string | number>> = {}): string =>
    message.replace(/\{(\w+)\}/g, (_, name: string) => String(args[name])),
  formatTime: (at: number) => `time ${at}`,
  now: () => now,
};

describe('the activity in the status bar', () => {
  beforeEach(() => (now = 0));

  it('counts a wait down, and says the same to a screen reader all the time: when it is over', () => {
    const wait = { kind: 'waiting', until: 4000, others: 0 } as const;
    const before = activityWords(wait, deps);
    now = 1000;
    const after = activityWords(wait, deps);
    assert.deepEqual([before.text, after.text], ['$(watch) Retrying in 4 s', '$(watch) Retrying in 3 s']);
    assert.equal(before.label, 'HolySheep: Retrying at time 4000. Show the conversation');
    assert.equal(after.label, before.label);
  });

  it('counts to nought and not below', () => {
    now = 9000;
    assert.equal(activityWords({ kind: 'waiting', until: 4000, others: 0 }, deps).text, '$(watch) Retrying in 0 s');
  });

  it('calls the time of a wait behind another request an estimate', () => {
    const wait = { kind: 'waiting', until: 1000, estimated: true, others: 0 } as const;
    const before = activityWords(wait, deps);
    now = 1000;
    const after = activityWords(wait, deps);
    assert.deepEqual([before.text, after.text], ['$(watch) Retrying in about 1 s', '$(watch) Retrying soon']);
    assert.equal(before.label, 'HolySheep: Retrying soon, after another request. Show the conversation');
    assert.equal(after.label, before.label);
  });

  it('says until when a model is left alone, and why', () => {
    const asked = activityWords({ kind: 'cooling', until: 5, why: 'cooldown' }, deps);
    const broken = activityWords({ kind: 'cooling', until: 5, why: 'breaker' }, deps);
    assert.equal(asked.text, '$(history) Cooling down until time 5');
    assert.match(asked.tooltip, /^The gateway wants this model left alone until then\./);
    assert.match(broken.tooltip, /^This model kept failing/);
    assert.ok(asked.label.startsWith('HolySheep: Cooling down until time 5. The gateway'));
  });

  it('says how many other answers are on their way', () => {
    const { text, tooltip, label } = activityWords({ kind: 'streaming', others: 2 }, deps);
    assert.equal(text, '$(sync~spin) Answering… (+2)');
    assert.equal(tooltip, 'Other answers that are on their way: 2.\nShow the conversation');
    assert.ok(label.includes('on their way: 2.'));
  });

  it('says what becomes of an answer while the machine is offline', () =>
    assert.match(activityWords({ kind: 'offline', others: 0 }, deps).label, /goes on by itself/));

  for (const [partial, text] of [
    [true, '$(warning) Incomplete answer'],
    [false, '$(warning) No answer'],
  ] as const) {
    it(`tells ${text} after a failure`, () =>
      assert.equal(activityWords({ kind: 'failed', partial }, deps).text, text));
  }
});
