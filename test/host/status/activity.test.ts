import assert from 'node:assert/strict';
import type { Conversation } from '../../../src/host/conversation/conversation';
import {
  initialTurn,
  isRunning,
  reduceTurn,
  type TurnPhase,
  type TurnState,
} from '../../../src/engine/state/turnState';
import { ExchangeTree } from '../../../src/host/journal/exchangeTree';
import type { Conversations } from '../../../src/host/conversation/conversations';
import type { Answer, Exchange, Step } from '../../../src/shared/exchanges';
import type * as Activity from '../../../src/host/status/activity';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';
import { englishWords } from '../../support/englishWords';
import { attempt, waiting } from '../../support/host/scriptedEngine';
import { valuesOf } from '../../support/valuesOf';
import { fake } from '../../support/fake';

const wait = { ...reduceTurn(initialTurn, waiting).wait!, until: 4000 };

/** Returns the turns of a window in whose current conversation the last turn has a state. */
function turns(phase: TurnPhase, fields: Partial<TurnState> = {}) {
  const answer: Answer = { id: 'a', isQueued: false, state: { ...initialTurn, phase, wait, ...fields } };
  const exchange: Exchange = { id: 'e', parentAnswer: '', prompt: 'Hi', answers: [answer], selected: 'a' };
  const active = isRunning(phase) ? answer : undefined;
  const conversation = fake<Conversation & { readonly last: Step }>({
    activeAnswer: active,
    activeAnswers: active ? [active] : [],
    tree: new ExchangeTree(),
    answersToRetry: [answer],
    last: { exchange, answer },
  });
  return { current: conversation, runningConversation: active && conversation, runningCount: active ? 1 : 0 };
}

/** Returns the turns of a window whose current conversation is being summarized. */
function summarizing() {
  const situation = turns('streaming');
  const { tree } = situation.current;
  tree.apply({ type: 'summary', upTo: '', answer: { id: 'a' } });
  return situation;
}

const noTurns = { current: undefined, runningConversation: undefined, runningCount: 0 };
const timeOf = (at: number): string => englishWords.format.timeOfDay(at, { now: 0 });
let { activityItem, setTurnContext } = {} as typeof Activity;
const item = (situation: Partial<Activity.Situation>, now = 0): Activity.ActivityItem | undefined =>
  activityItem(
    { ...noTurns, failure: undefined, cooldown: undefined, scheduled: { count: 0 }, ...situation },
    englishWords,
    now,
  );
/** Returns a situation in which the user has not seen a failure. */
const failedWith = (text: string, fields: Partial<Answer> = {}) => {
  const { answer } = turns('failed', { text, model: 'gpt-4o' }).current.last;
  return { failure: { conversation: fake<Conversation>({ id: 'c' }), answer: { ...answer, ...fields } } };
};
const tooltip = (situation: Partial<Activity.Situation>): readonly string[] =>
  item(situation)?.tooltip.split('\n') ?? [];

const cooldown = { until: 9000, blockKind: 'cooldown' } as const;
const scheduled = { count: 2, nextAt: 5000 };
const paused = `$(debug-pause) Paused until ${timeOf(9000)}`;

describe('activity in the status bar', () => {
  useVSCode({ l10n: englishL10n });
  before(async () => {
    ({ activityItem, setTurnContext } = await import('../../../src/host/status/activity'));
  });

  const compared = turns('waiting');
  const { answer } = compared.current.last;
  const rows: Readonly<Record<string, readonly [Partial<Activity.Situation>, text: string | undefined]>> = {
    'no turn': [noTurns, undefined],
    'a complete answer': [turns('done'), undefined],
    'a stopped turn': [turns('stopped'), undefined],
    'a connecting turn': [turns('connecting'), '$(loading~spin) Answering…'],
    'a streaming turn': [turns('streaming'), '$(loading~spin) Answering…'],
    'a resuming turn': [turns('resuming'), '$(loading~spin) Answering…'],
    'a summary that is being written': [summarizing(), '$(loading~spin) Summarizing…'],
    'a waiting turn': [turns('waiting'), '$(watch) Retrying in 4 s'],
    'turns of a comparison': [
      {
        ...compared,
        runningConversation: fake<Conversation>({ activeAnswer: answer, activeAnswers: [answer, answer] }),
      },
      '$(loading~spin) Comparing 2 models…',
    ],
    'a turn that waits for another request': [
      turns('waiting', { wait: { ...wait, estimated: true } }),
      '$(watch) Retrying in about 4 s',
    ],
    'a turn that waits for the network': [turns('offline'), '$(cloud-offline) Offline'],
    'a turn and two in other conversations': [
      { ...turns('waiting'), runningCount: 3 },
      '$(watch) Retrying in 4 s (+2)',
    ],
    'a failed turn whose card the user has seen': [turns('failed'), undefined],
    'a failed turn without an answer': [failedWith(''), '$(warning) Failed'],
    'a failed turn with a partial answer': [failedWith('a'), '$(warning) Incomplete answer'],
    'a failed turn of a comparison': [failedWith('', { comparison: { id: 'a' } }), '$(warning) gpt-4o failed'],
    'a failure during another turn': [{ ...failedWith(''), ...turns('streaming') }, '$(loading~spin) Answering…'],
    'a cooldown': [{ cooldown }, paused],
    'a failure and the cooldown that it has caused': [{ ...failedWith(''), cooldown }, '$(warning) Failed'],
    'a cooldown during a turn': [{ ...turns('streaming'), cooldown }, '$(loading~spin) Answering…'],
    'a cooldown that has expired': [{ cooldown: { ...cooldown, until: 0 } }, undefined],
    'scheduled prompts': [{ scheduled }, '$(calendar) 2 scheduled'],
    'scheduled prompts and a cooldown': [{ scheduled, cooldown }, '$(calendar) 2 scheduled'],
    'scheduled prompts and a failure': [{ ...failedWith(''), scheduled }, '$(warning) Failed'],
    'scheduled prompts during a turn': [{ ...turns('offline'), scheduled }, '$(cloud-offline) Offline'],
  };
  for (const [name, [situation, text]] of Object.entries(rows)) {
    it(`shows ${text === undefined ? 'nothing' : `“${text}”`} for ${name}`, () =>
      assert.equal(item(situation)?.text, text));
  }

  it('counts down to the next attempt, but tells screen readers only the time of day', () => {
    const items = [0, 1000, 9000].map((now) => item(turns('waiting'), now)!);
    assert.deepEqual(
      valuesOf(items, 'text'),
      [4, 3, 1].map((seconds) => `$(watch) Retrying in ${seconds} s`),
    );
    for (const { label, isTimed } of items) {
      assert.equal(
        label,
        `HolySheep: Retrying at ${englishWords.format.timeOfDay(4000, { seconds: true })}. Click to show the conversation.`,
      );
      assert.ok(isTimed);
    }
  });

  it('counts the seconds without data, but not for screen readers', () => {
    const { ledger } = reduceTurn(initialTurn, attempt());
    const textAt = (phase: TurnPhase, now: number, lastTokenAt?: number): string | undefined =>
      item(turns(phase, { ledger, lastTokenAt }), now)?.text.replace('$(loading~spin) ', '');
    const connecting = [2999, 3000, 7000].map((now) => textAt('connecting', now));
    assert.deepEqual(connecting, ['Answering…', 'Waiting 3 s', 'Waiting 7 s']);
    const streamed = [7000, 9000].map((now) => textAt('streaming', now, 5000));
    assert.deepEqual(streamed, ['Answering…', 'Waiting 4 s']);
    assert.match(item(turns('streaming', { ledger }), 7000)?.label ?? '', /^HolySheep: Waiting for the model…/);
  });

  it('explains a cooldown, a wait for the network, and scheduled prompts in its tooltip', () => {
    const firstLines = [
      { cooldown },
      { cooldown: { ...cooldown, blockKind: 'breaker' } as const },
      turns('offline'),
      { scheduled },
      { scheduled: { count: 1 } },
    ].map((situation) => tooltip(situation)[0]);
    assert.deepEqual(firstLines, [
      "The gateway isn't accepting requests for this model right now, so they are paused. New prompts are sent when the pause ends.",
      'Requests to this model are paused because it kept failing. New prompts are sent when the pause ends.',
      'Resumes automatically when the network is back',
      `The next scheduled prompt will be sent at ${timeOf(5000)}.`,
      'Scheduled prompts are waiting for a network connection, or for you to send them.',
    ]);
  });

  it("shows the turn's gateway and the number of other running answers in its tooltip", () => {
    const gateway = { id: 'http://localhost:8080/b/v1', label: 'Qwen' };
    assert.deepEqual(tooltip({ ...turns('streaming', { gateway }), runningCount: 2 }), [
      'Gateway: Qwen',
      'Other answers in progress: 1.',
      'Click to show the conversation.',
    ]);
    assert.deepEqual(tooltip(turns('connecting')), ['Click to show the conversation.']);
  });

  it('opens the list of scheduled prompts when the user clicks their number', () => {
    assert.equal(item({ scheduled })?.command, 'holysheep.openScheduled');
  });

  it('opens the failed conversation when the user clicks a failure', () => {
    const { command, conversationId } = item({ ...failedWith(''), scheduled }) ?? {};
    assert.deepEqual([command, conversationId], ['holysheep.showPanel', 'c']);
  });
});

describe('context keys about the current turn', () => {
  useVSCode({ l10n: englishL10n });
  before(async () => {
    ({ activityItem, setTurnContext } = await import('../../../src/host/status/activity'));
  });

  const phases: readonly { readonly phase: TurnPhase; readonly running: boolean; readonly retryable: boolean }[] = [
    { phase: 'connecting', running: true, retryable: true },
    { phase: 'streaming', running: true, retryable: false },
    { phase: 'waiting', running: true, retryable: true },
    { phase: 'offline', running: true, retryable: true },
    { phase: 'resuming', running: true, retryable: true },
    { phase: 'done', running: false, retryable: false },
    { phase: 'stopped', running: false, retryable: true },
    { phase: 'failed', running: false, retryable: true },
    { phase: 'interrupted', running: false, retryable: true },
    { phase: 'scheduled', running: false, retryable: true },
  ];
  for (const { phase, running, retryable } of phases) {
    it(`show that a turn in the phase ${phase} ${retryable ? 'can' : "can't"} be retried`, () => {
      const keys: Record<string, boolean> = {};
      setTurnContext(fake<Conversations>(turns(phase)), (key, value) => (keys[key] = value));
      const { 'holysheep.running': isActive = false, 'holysheep.retryable': canRetry = false } = keys;
      assert.deepEqual([isActive, canRetry], [running, retryable]);
    });
  }

  it('report no conversation while the current conversation is empty', () => {
    const keys = new Map<string, boolean>();
    const none = fake<Conversation>({
      activeAnswer: undefined,
      activeAnswers: [],
      answersToRetry: [],
      last: undefined,
    });
    const empty = fake<Conversations>({ current: none, runningConversation: undefined });
    setTurnContext(empty, (key, value) => keys.set(key, value));
    assert.equal(keys.get('holysheep.hasConversation'), false);
  });
});
