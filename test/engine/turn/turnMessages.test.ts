import assert from 'node:assert/strict';
import { fake } from '../../support/fake';
import type { EngineDeps } from '../../../src/engine/engine';
import { faultOfRow } from '../../../src/engine/faults/classify';
import type { Gateway } from '../../../src/engine/gateway/gateway';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { scheduleLifetimeMs } from '../../../src/engine/state/schedule';
import type { Answer } from '../../../src/engine/turn/answer';
import type { Attempts } from '../../../src/engine/turn/attempts';
import type { TurnGateways } from '../../../src/engine/turn/turnGateways';
import { TurnMessages } from '../../../src/engine/turn/turnMessages';
import type { TurnOutput } from '../../../src/engine/turn/turnOutput';
import { defaultSettings } from '../../support/engineRun';
import { VirtualClock } from '../../support/virtualClock';
import { refOf } from '../../support/gatewayRef';

describe('failure of a turn', () => {
  const localize = (text: string): string => text;
  const deps = fake<EngineDeps>({
    localize,
    keys: new KeyRedactor(),
    formatTime: String,
    clock: new VirtualClock(),
    settings: () => defaultSettings,
  });
  /** The messages of a turn with a partial answer, and perhaps another gateway. */
  const messagesFor = (text: string, nextGateway?: Gateway): TurnMessages =>
    new TurnMessages(
      deps,
      fake<TurnGateways>({
        baseUrl: 'https://gateway.test/v1',
        answeringModel: 'one',
        nextGateway: () => nextGateway,
        canAnswerNow: () => true,
      }),
      fake<Attempts>({ canHaveMoreRoom: false }),
      fake<TurnOutput>({ attempt: 0 }),
      fake<Answer>({ text }),
    );
  for (const { row, actions, hasOtherGateway } of [
    { row: 'connectionLost', actions: ['continue', 'restart', 'retryNow'], hasOtherGateway: false },
    { row: 'serverError', actions: ['continue', 'restart', 'retryNow', 'switchModel'], hasOtherGateway: false },
    { row: 'answerTooLong', actions: ['restart', 'switchModel'], hasOtherGateway: true },
    {
      row: 'certificateUntrusted',
      actions: ['networkSettings', 'continue', 'restart', 'retryNow', 'switchGateway'],
      hasOtherGateway: true,
    },
    {
      row: 'connectionRefused',
      actions: ['continue', 'restart', 'retryNow', 'checkUrl', 'addGateway'],
      hasOtherGateway: false,
    },
    {
      row: 'connectionRefused',
      actions: ['continue', 'restart', 'retryNow', 'checkUrl', 'switchGateway'],
      hasOtherGateway: true,
    },
  ] as const) {
    it(`offers the actions ${actions.join(', ')} for a partial answer after the fault ${row}`, () => {
      const fault = faultOfRow(row);
      const nextGateway = hasOtherGateway ? fake<Gateway>(refOf('https://next.test')) : undefined;
      const failed = messagesFor('some', nextGateway).describeFailure({ type: 'fail', fault }, fault);
      assert.deepEqual(failed.actions, actions);
      assert.ok(!failed.message.includes('plain HTTP'));
    });
  }

  const describeLimit = (resetsInMs: number) => {
    const decision = { type: 'fail', fault: faultOfRow('usageLimitReached'), resetsInMs, beyondMaxHint: true } as const;
    return messagesFor('').describeFailure(decision, decision.fault);
  };

  it('offers each action only once', () => {
    assert.deepEqual(describeLimit(7_200_000).actions, ['sendLater', 'switchModel', 'retryNow']);
  });

  it('offers to send the prompt later only if the limit resets before a scheduled prompt would expire', () => {
    const isOffered = (ms: number): boolean => describeLimit(ms).actions.includes('sendLater');
    assert.deepEqual([isOffered(scheduleLifetimeMs), isOffered(scheduleLifetimeMs + 1)], [true, false]);
  });
});
