import assert from 'node:assert/strict';
import { initialTurn, isRunning, reduce, type TurnPhase } from '../../../src/engine/state/turnState';
import type { Exchange } from '../../../src/host/conversation/exchange';
import {
  ContextKeys,
  activityOf,
  DistinctActivity,
  foremost,
  withCooldown,
  activityText,
} from '../../../src/host/status/activity';
import { waiting } from '../conversation/scriptedEngine';

const wait = reduce(initialTurn, waiting).wait!;

function conversations(phase: TurnPhase) {
  const exchange: Exchange = { id: 'e', prompt: 'Hi', queued: false, state: { ...initialTurn, phase, wait } };
  const active = isRunning(phase) ? exchange : undefined;
  const conversation = { active, last: exchange };
  return { current: conversation, running: active && conversation, runningCount: active ? 1 : 0 };
}

const none = { current: undefined, running: undefined, runningCount: 0 };

const rows: readonly (readonly [
  TurnPhase,
  ReturnType<typeof activityOf>['kind'],
  running: boolean,
  retryable: boolean,
])[] = [
  ['connecting', 'streaming', true, true],
  ['streaming', 'streaming', true, false],
  ['waiting', 'waiting', true, true],
  ['offline', 'offline', true, true],
  ['resuming', 'streaming', true, true],
  ['done', 'idle', false, false],
  ['stopped', 'idle', false, true],
  ['failed', 'failed', false, true],
  ['interrupted', 'idle', false, true],
];

describe('A turn, seen from outside the panel,', () => {
  for (const [phase, kind, running, retryable] of rows) {
    it(`is ${kind} when it is ${phase}, and can${retryable ? '' : 'not'} be retried`, () => {
      const keys: Record<string, boolean> = {};
      new ContextKeys((key, value) => (keys[key] = value)).update(conversations(phase));
      assert.equal(activityOf(conversations(phase)).kind, kind);
      assert.deepEqual(
        [keys['holysheep.running'] ?? false, keys['holysheep.retryable'] ?? false],
        [running, retryable],
      );
    });
  }

  for (const [text, partial] of [
    ['', false],
    ['half', true],
  ] as const) {
    it(`has ${partial ? 'an incomplete' : 'no'} answer when it failed with ${JSON.stringify(text)}`, () => {
      const last: Exchange = { id: 'e', prompt: 'Hi', queued: false, state: { ...initialTurn, phase: 'failed', text } };
      const current = { active: undefined, last };
      assert.deepEqual(activityOf({ current, running: undefined, runningCount: 0 }), { kind: 'failed', partial });
    });
  }

  it('is idle when there is none', () => assert.deepEqual(activityOf(none), { kind: 'idle' }));

  it('says how many others there are, of all that run', () => {
    for (const phase of ['streaming', 'waiting', 'offline'] as const) {
      const activity = activityOf({ ...conversations(phase), runningCount: 3 });
      assert.equal('otherTurns' in activity && activity.otherTurns, 2, phase);
    }
  });
});

describe('Of several turns that run', () => {
  const [streaming, held, offline, over] = (['streaming', 'waiting', 'offline', 'done'] as const).map(
    (phase) => conversations(phase).current,
  );

  it("the current conversation's is shown", () => assert.equal(foremost(streaming, [held!, streaming!]), streaming));

  it('one that is held up, when the current conversation has none', () => {
    assert.equal(foremost(over, [over!, streaming!, held!]), held);
    assert.equal(foremost(undefined, [streaming!, offline!]), offline);
  });

  it('the first one, when all go on', () => assert.equal(foremost(over, [over!, streaming!]), streaming));

  it('none, when none runs', () => assert.equal(foremost(over, [over!]), undefined));
});

describe('A cooldown of the selected model', () => {
  const cooldown = { until: 9, why: 'cooldown' } as const;

  for (const activity of [{ kind: 'idle' }, { kind: 'failed', partial: true }] as const) {
    it(`is shown instead of ${activity.kind}, and no longer than it lasts`, () => {
      assert.deepEqual(withCooldown(activity, cooldown), { kind: 'cooling', ...cooldown });
      assert.equal(withCooldown(activity, undefined), activity);
    });
  }

  for (const activity of [
    { kind: 'streaming', otherTurns: 0 },
    { kind: 'waiting', until: 1, otherTurns: 0 },
    { kind: 'offline', otherTurns: 0 },
  ] as const) {
    it(`does not hide that a turn is ${activity.kind}`, () => assert.equal(withCooldown(activity, cooldown), activity));
  }
});

describe('ContextKeys', () => {
  it('sets a key only when its value changes', () => {
    const set: string[] = [];
    const keys = new ContextKeys((key, value) => set.push(`${key}=${value}`));
    for (const state of [none, conversations('streaming'), conversations('streaming'), conversations('failed'), none]) {
      keys.update(state);
    }
    assert.deepEqual(set, [
      'holysheep.running=true',
      'holysheep.hasConversation=true',
      'holysheep.running=false',
      'holysheep.retryable=true',
      'holysheep.retryable=false',
      'holysheep.hasConversation=false',
    ]);
  });
});

describe('DistinctActivity', () => {
  it('passes on an activity only when it is another, and another time to wait until is another', () => {
    const shown: string[] = [];
    const distinct = new DistinctActivity((activity) => shown.push(JSON.stringify(activity)));
    const all = [
      { kind: 'idle' },
      { kind: 'streaming', otherTurns: 0 },
      { kind: 'streaming', otherTurns: 0 },
      { kind: 'waiting', until: 1, otherTurns: 0 },
      { kind: 'waiting', until: 1, otherTurns: 0 },
      { kind: 'waiting', until: 2, otherTurns: 0 },
      { kind: 'offline', otherTurns: 0 },
      { kind: 'failed', partial: true },
      { kind: 'failed', partial: true },
      { kind: 'failed', partial: false },
      { kind: 'idle' },
    ] as const;
    for (const activity of all) distinct.update({ ...activity });
    assert.deepEqual(
      shown,
      [all[1], all[3], all[5], all[6], all[7], all[9], all[10]].map((activity) => JSON.stringify(activity)),
    );
  });
});

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
    const wait = { kind: 'waiting', until: 4000, otherTurns: 0 } as const;
    const before = activityText(wait, deps);
    now = 1000;
    const after = activityText(wait, deps);
    assert.deepEqual([before.text, after.text], ['$(watch) Retrying in 4 s', '$(watch) Retrying in 3 s']);
    assert.equal(before.label, 'HolySheep: Retrying at time 4000. Click to show the conversation.');
    assert.equal(after.label, before.label);
  });

  it('counts to nought and not below', () => {
    now = 9000;
    assert.equal(activityText({ kind: 'waiting', until: 4000, otherTurns: 0 }, deps).text, '$(watch) Retrying in 0 s');
  });

  it('calls the time of a wait behind another request an estimate', () => {
    const wait = { kind: 'waiting', until: 1000, estimated: true, otherTurns: 0 } as const;
    const before = activityText(wait, deps);
    now = 1000;
    const after = activityText(wait, deps);
    assert.deepEqual([before.text, after.text], ['$(watch) Retrying in about 1 s', '$(watch) Retrying soon']);
    assert.equal(before.label, 'HolySheep: Retrying soon, after another request. Click to show the conversation.');
    assert.equal(after.label, before.label);
  });

  it('says until when a model is left alone, and why', () => {
    const asked = activityText({ kind: 'cooling', until: 5, why: 'cooldown' }, deps);
    const broken = activityText({ kind: 'cooling', until: 5, why: 'breaker' }, deps);
    assert.equal(asked.text, '$(history) Paused until time 5');
    assert.match(asked.tooltip, /^The gateway accepts no requests for this model until then\./);
    assert.match(broken.tooltip, /^This model kept failing/);
    assert.ok(asked.label.startsWith('HolySheep: Paused until time 5. The gateway'));
  });

  it('says how many other answers are on their way', () => {
    const { text, tooltip, label } = activityText({ kind: 'streaming', otherTurns: 2 }, deps);
    assert.equal(text, '$(sync~spin) Answering… (+2)');
    assert.equal(tooltip, 'Other answers in progress: 2.\nClick to show the conversation.');
    assert.ok(label.includes('in progress: 2.'));
  });

  it('says what becomes of an answer while the machine is offline', () =>
    assert.match(activityText({ kind: 'offline', otherTurns: 0 }, deps).label, /resumes automatically/));

  for (const [partial, text] of [
    [true, '$(warning) Incomplete answer'],
    [false, '$(warning) No answer'],
  ] as const) {
    it(`tells ${text} after a failure`, () => assert.equal(activityText({ kind: 'failed', partial }, deps).text, text));
  }
});
