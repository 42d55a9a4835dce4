import assert from 'node:assert/strict';
import { faultOfRow } from '../../../src/engine/faults/classify';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { TurnMessages } from '../../../src/engine/turn/turnMessages';
import { defaultSettings } from '../../support/engineRun';
import { VirtualClock } from '../../support/virtualClock';

describe('failure of a turn', () => {
  const localize = (text: string): string => text;
  const deps = { localize, formatTime: String, clock: new VirtualClock(), settings: () => defaultSettings };
  const context = {
    baseUrl: 'https://gateway.test/v1',
    model: 'one',
    attempt: undefined,
    attemptNumber: 0,
    text: 'some',
    canHaveMoreRoom: () => false,
    plainHttpHost: undefined,
  };
  for (const [row, actions, hasOtherRoute = false] of [
    ['connectionLost', ['continue', 'restart', 'retryNow']],
    ['serverError', ['continue', 'restart', 'retryNow', 'switchModel']],
    ['answerTooLong', ['restart', 'switchModel'], true],
    ['certificateUntrusted', ['networkSettings', 'continue', 'restart', 'retryNow', 'switchRoute'], true],
    ['connectionRefused', ['continue', 'restart', 'retryNow', 'checkUrl', 'addGateway']],
    ['connectionRefused', ['continue', 'restart', 'retryNow', 'checkUrl', 'switchRoute'], true],
  ] as const) {
    it(`with a partial answer comes with the actions ${actions.join(', ')} after ${row}`, () => {
      const fault = faultOfRow(row);
      const failed = new TurnMessages(deps, new KeyRedactor()).describeFailure({ type: 'fail', fault }, fault, {
        ...context,
        nextRoute: hasOtherRoute ? { route: 'https://next.test', label: 'next.test', isUsable: true } : undefined,
      });
      assert.deepEqual(failed.actions, actions);
    });
  }
});
