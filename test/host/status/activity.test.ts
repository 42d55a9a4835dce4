import assert from 'node:assert/strict';
import { initialTurn, isRunning, reduceTurn, type TurnPhase } from '../../../src/engine/state/turnState';
import { pickPrimaryConversation } from '../../../src/host/conversation/conversations';
import type { Exchange } from '../../../src/host/journal/exchange';
import {
  ContextKeys,
  activityOf,
  DistinctActivity,
  withCooldown,
  withScheduled,
  activityText,
} from '../../../src/host/status/activity';
import { waiting } from '../conversation/scriptedEngine';

const wait = reduceTurn(initialTurn, waiting).wait!;

function conversations(phase: TurnPhase) {
  const exchange: Exchange = { id: 'e', prompt: 'Hi', queued: false, state: { ...initialTurn, phase, wait } };
  const active = isRunning(phase) ? exchange : undefined;
  const conversation = { activeExchange: active, lastExchange: exchange };
  return { current: conversation, running: active && conversation, runningCount: active ? 1 : 0 };
}

const noConversation = { current: undefined, running: undefined, runningCount: 0 };

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
  ['scheduled', 'idle', false, true],
];

describe('activity of the turns', () => {
  for (const [phase, kind, running, retryable] of rows) {
    it(`is ${kind} and ${retryable ? 'retryable' : 'not retryable'} when the turn is ${phase}`, () => {
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
    ['partial', true],
  ] as const) {
    it(`is a failure ${partial ? 'with a partial' : 'without an'} answer when a turn failed ${partial ? 'after' : 'before'} the first text`, () => {
      const last: Exchange = { id: 'e', prompt: 'Hi', queued: false, state: { ...initialTurn, phase: 'failed', text } };
      const current = { activeExchange: undefined, lastExchange: last };
      assert.deepEqual(activityOf({ current, running: undefined, runningCount: 0 }), { kind: 'failed', partial });
    });
  }

  it('is idle without a turn', () => assert.deepEqual(activityOf(noConversation), { kind: 'idle' }));

  it('contains the number of turns that run in other conversations', () => {
    for (const phase of ['streaming', 'waiting', 'offline'] as const) {
      const activity = activityOf({ ...conversations(phase), runningCount: 3 });
      assert.equal('otherTurns' in activity && activity.otherTurns, 2, phase);
    }
  });
});

describe('route in the status bar', () => {
  const origin = 'http://localhost:8080';
  const turns = (phase: TurnPhase) => {
    const { current, runningCount } = conversations(phase);
    const exchange = { ...current.lastExchange, state: { ...current.lastExchange.state, origin } };
    const conversation = { activeExchange: exchange, lastExchange: exchange };
    return { current: conversation, running: conversation, runningCount };
  };

  for (const phase of ['connecting', 'streaming', 'resuming', 'waiting'] as const) {
    it(`is named while the turn is ${phase}`, () => {
      const activity = activityOf(turns(phase));
      assert.ok(activity.kind === 'streaming' || activity.kind === 'waiting');
      const { tooltip, label } = activityText(activity, deps);
      assert.equal(tooltip, 'Route: localhost:8080.\nClick to show the conversation.');
      assert.ok(label.endsWith(' Route: localhost:8080. Click to show the conversation.'));
    });
  }

  it('has its path if another route has the same host', () => {
    const { running } = turns('streaming');
    const state = { ...running.activeExchange.state, baseUrl: `${origin}/b/v1` };
    const activity = activityOf({
      ...turns('streaming'),
      running: { ...running, activeExchange: { ...running.activeExchange, state } },
    });
    assert.ok(activity.kind === 'streaming');
    assert.ok(activityText(activity, deps).tooltip.startsWith('Route: localhost:8080/b/v1.'));
  });

  it('is not named while the computer is offline or before the first attempt', () => {
    for (const activity of [activityOf(turns('offline')), activityOf(conversations('connecting'))]) {
      assert.ok(activity.kind === 'streaming' || activity.kind === 'offline');
      assert.ok(!activityText(activity, deps).tooltip.includes('Route'));
    }
  });
});

describe('choice of the turn for the status bar', () => {
  const [streaming, waits, offline, finished] = (['streaming', 'waiting', 'offline', 'done'] as const).map(
    (phase) => conversations(phase).current,
  );

  it('picks the turn of the current conversation', () =>
    assert.equal(pickPrimaryConversation(streaming, [waits!, streaming!]), streaming));

  it('picks a waiting turn when the current conversation has no running turn', () => {
    assert.equal(pickPrimaryConversation(finished, [finished!, streaming!, waits!]), waits);
    assert.equal(pickPrimaryConversation(undefined, [streaming!, offline!]), offline);
  });

  it('picks the first running turn of another conversation when no turn waits', () =>
    assert.equal(pickPrimaryConversation(finished, [finished!, streaming!]), streaming));

  it('picks nothing when no turn runs', () => assert.equal(pickPrimaryConversation(finished, [finished!]), undefined));
});

describe('cooldown of the selected model in the status bar', () => {
  const cooldown = { until: 9, blockKind: 'cooldown' } as const;

  for (const activity of [{ kind: 'idle' }, { kind: 'failed', partial: true }] as const) {
    it(`replaces the state "${activity.kind}" until the cooldown expires`, () => {
      assert.deepEqual(withCooldown(activity, cooldown), { kind: 'cooling', ...cooldown });
      assert.equal(withCooldown(activity, undefined), activity);
    });
  }

  for (const activity of [
    { kind: 'streaming', otherTurns: 0 },
    { kind: 'waiting', until: 1, otherTurns: 0 },
    { kind: 'offline', otherTurns: 0 },
  ] as const) {
    it(`does not replace the state "${activity.kind}" of a running turn`, () =>
      assert.equal(withCooldown(activity, cooldown), activity));
  }
});

describe('scheduled prompts in the status bar', () => {
  const scheduled = { count: 2, nextAt: 9 };

  for (const activity of [{ kind: 'idle' }, { kind: 'cooling', until: 9, blockKind: 'cooldown' }] as const) {
    it(`replace the state "${activity.kind}" while there are any`, () => {
      assert.deepEqual(withScheduled(activity, scheduled), { kind: 'scheduled', ...scheduled });
      assert.equal(withScheduled(activity, { count: 0 }), activity);
    });
  }

  for (const activity of [
    { kind: 'failed', partial: false },
    { kind: 'streaming', otherTurns: 0 },
    { kind: 'offline', otherTurns: 0 },
  ] as const) {
    it(`do not replace the state "${activity.kind}"`, () => assert.equal(withScheduled(activity, scheduled), activity));
  }
});

describe('context keys', () => {
  it('are set only when their values change', () => {
    const changes: string[] = [];
    const keys = new ContextKeys((key, value) => changes.push(`${key}=${value}`));
    for (const state of [
      noConversation,
      conversations('streaming'),
      conversations('streaming'),
      conversations('failed'),
      noConversation,
    ]) {
      keys.update(state);
    }
    assert.deepEqual(changes, [
      'holysheep.running=true',
      'holysheep.hasConversation=true',
      'holysheep.running=false',
      'holysheep.retryable=true',
      'holysheep.retryable=false',
      'holysheep.hasConversation=false',
    ]);
  });
});

describe('updates of the activity of the turns', () => {
  it('reach the listener only when the activity or its time has changed', () => {
    const updates: string[] = [];
    const distinct = new DistinctActivity((activity) => updates.push(JSON.stringify(activity)));
    const activities = [
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
    for (const activity of activities) distinct.update({ ...activity });
    assert.deepEqual(
      updates,
      [1, 3, 5, 6, 7, 9, 10].map((index) => JSON.stringify(activities[index])),
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

describe('activity text in the status bar', () => {
  beforeEach(() => (now = 0));

  it('counts a wait down, but gives screen readers the time of day at which it ends', () => {
    const wait = { kind: 'waiting', until: 4000, otherTurns: 0 } as const;
    const before = activityText(wait, deps);
    now = 1000;
    const after = activityText(wait, deps);
    assert.deepEqual([before.text, after.text], ['$(watch) Retrying in 4 s', '$(watch) Retrying in 3 s']);
    assert.equal(before.label, 'HolySheep: Retrying at time 4000. Click to show the conversation.');
    assert.equal(after.label, before.label);
  });

  it('stops the countdown at zero', () => {
    now = 9000;
    assert.equal(activityText({ kind: 'waiting', until: 4000, otherTurns: 0 }, deps).text, '$(watch) Retrying in 0 s');
  });

  it('shows an estimated time while the turn waits for another request', () => {
    const wait = { kind: 'waiting', until: 1000, estimated: true, otherTurns: 0 } as const;
    const before = activityText(wait, deps);
    now = 1000;
    const after = activityText(wait, deps);
    assert.deepEqual([before.text, after.text], ['$(watch) Retrying in about 1 s', '$(watch) Retrying soon']);
    assert.equal(before.label, 'HolySheep: Retrying soon, after another request. Click to show the conversation.');
    assert.equal(after.label, before.label);
  });

  it('shows when a cooldown ends, and its reason', () => {
    const rateLimited = activityText({ kind: 'cooling', until: 5, blockKind: 'cooldown' }, deps);
    const breakerOpen = activityText({ kind: 'cooling', until: 5, blockKind: 'breaker' }, deps);
    assert.equal(rateLimited.text, '$(history) Paused until time 5');
    assert.match(
      rateLimited.tooltip,
      /^The gateway isn't accepting requests for this model right now, so they are paused\./,
    );
    assert.match(breakerOpen.tooltip, /^Requests to this model are paused because it kept failing/);
    assert.ok(rateLimited.label.startsWith('HolySheep: Paused until time 5. The gateway'));
  });

  it('shows the number of other answers in progress', () => {
    const { text, tooltip, label } = activityText({ kind: 'streaming', otherTurns: 2 }, deps);
    assert.equal(text, '$(sync~spin) Answering… (+2)');
    assert.equal(tooltip, 'Other answers in progress: 2.\nClick to show the conversation.');
    assert.ok(label.includes('in progress: 2.'));
  });

  it('explains that an answer that waits for the network resumes automatically', () =>
    assert.match(activityText({ kind: 'offline', otherTurns: 0 }, deps).label, /resumes automatically/));

  it('counts the scheduled prompts and tells when the next one is sent', () => {
    const { text, tooltip } = activityText({ kind: 'scheduled', count: 1, nextAt: 5 }, deps);
    assert.equal(text, '$(clock) 1 scheduled');
    assert.equal(tooltip, 'The next scheduled prompt will be sent at time 5.\nClick to show the scheduled prompts.');
    assert.match(activityText({ kind: 'scheduled', count: 1 }, deps).tooltip, /wait for the network/);
  });

  for (const [partial, text] of [
    [true, '$(warning) Incomplete answer'],
    [false, '$(warning) No answer'],
  ] as const) {
    it(`shows "${text}" after a failure`, () =>
      assert.equal(activityText({ kind: 'failed', partial }, deps).text, text));
  }
});
