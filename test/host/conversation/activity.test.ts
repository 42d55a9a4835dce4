import assert from 'node:assert/strict';
import { initialTurn, isRunning, reduce, type TurnPhase } from '../../../src/core/turnState';
import { ContextKeys } from '../../../src/host/commands/contextKeys';
import { activityOf, DistinctActivity } from '../../../src/host/conversation/activity';
import type { Exchange } from '../../../src/host/conversation/exchange';
import { waiting } from './scriptedEngine';

const wait = reduce(initialTurn, waiting).wait!;

function conversations(phase: TurnPhase) {
  const exchange: Exchange = { id: 'e', prompt: 'Hi', queued: false, state: { ...initialTurn, phase, wait } };
  const active = isRunning(phase) ? exchange : undefined;
  const conversation = { active, last: exchange };
  return { current: conversation, running: active && conversation };
}

const none = { current: undefined, running: undefined };

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
      assert.deepEqual(activityOf({ current, running: undefined }), { kind: 'failed', partial });
    });
  }

  it('is idle when there is none', () => assert.deepEqual(activityOf(none), { kind: 'idle' }));
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
      { kind: 'streaming' },
      { kind: 'streaming' },
      { kind: 'waiting', until: 1 },
      { kind: 'waiting', until: 1 },
      { kind: 'waiting', until: 2 },
      { kind: 'offline' },
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
