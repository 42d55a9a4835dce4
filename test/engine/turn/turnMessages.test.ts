import assert from 'node:assert/strict';
import { fake } from '../../support/fake';
import type { EngineDeps } from '../../../src/engine/engine';
import { faultOfRow } from '../../../src/engine/faults/classify';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { scheduleLifetimeMs } from '../../../src/engine/state/schedule';
import { TurnMessages } from '../../../src/engine/turn/turnMessages';
import { defaultSettings } from '../../support/engineRun';
import { VirtualClock } from '../../support/virtualClock';
import { refOf } from '../../support/gatewayRef';

describe('failure of a turn', () => {
  const localize = (text: string): string => text;
  const deps = fake<EngineDeps>({
    localize,
    formatTime: String,
    clock: new VirtualClock(),
    settings: () => defaultSettings,
  });
  const context = {
    baseUrl: 'https://gateway.test/v1',
    model: 'one',
    attempt: undefined,
    attemptNumber: 0,
    text: 'some',
    canHaveMoreRoom: () => false,
    plainHttpHost: undefined,
  };
  for (const [row, actions, hasOtherGateway = false] of [
    ['connectionLost', ['continue', 'restart', 'retryNow']],
    ['serverError', ['continue', 'restart', 'retryNow', 'switchModel']],
    ['answerTooLong', ['restart', 'switchModel'], true],
    ['certificateUntrusted', ['networkSettings', 'continue', 'restart', 'retryNow', 'switchGateway'], true],
    ['connectionRefused', ['continue', 'restart', 'retryNow', 'checkUrl', 'addGateway']],
    ['connectionRefused', ['continue', 'restart', 'retryNow', 'checkUrl', 'switchGateway'], true],
  ] as const) {
    it(`with a partial answer comes with the actions ${actions.join(', ')} after ${row}`, () => {
      const fault = faultOfRow(row);
      const failed = new TurnMessages(deps, new KeyRedactor()).describeFailure({ type: 'fail', fault }, fault, {
        ...context,
        nextGateway: hasOtherGateway ? { gateway: refOf('https://next.test'), isUsable: true } : undefined,
      });
      assert.deepEqual(failed.actions, actions);
      assert.ok(!failed.message.includes('plain HTTP'));
    });
  }

  const describeLimit = (resetsInMs: number) => {
    const decision = { type: 'fail', fault: faultOfRow('usageLimitReached'), resetsInMs, beyondMaxHint: true } as const;
    const withoutText = { ...context, text: '', nextGateway: undefined };
    return new TurnMessages(deps, new KeyRedactor()).describeFailure(decision, decision.fault, withoutText);
  };

  it('offers each action once when the prompt can be sent later', () => {
    assert.deepEqual(describeLimit(7_200_000).actions, ['sendLater', 'switchModel', 'retryNow']);
  });

  it('offers to send the prompt later only if the limit resets before a scheduled prompt expires', () => {
    const isOffered = (ms: number): boolean => describeLimit(ms).actions.includes('sendLater');
    assert.deepEqual([isOffered(scheduleLifetimeMs), isOffered(scheduleLifetimeMs + 1)], [true, false]);
  });
});
