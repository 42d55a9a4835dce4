import assert from 'node:assert/strict';
import { faultOfRow } from '../../../src/engine/faults/classify';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { TurnMessages } from '../../../src/engine/turn/turnMessages';
import { defaultSettings } from '../../support/engineRun';
import { VirtualClock } from '../../support/virtualClock';
import { rowLabel } from '../faults/rowLabel';

describe('failure of a turn with a partial answer', () => {
  const localize = (text: string): string => text;
  const deps = { localize, formatTime: String, clock: new VirtualClock(), settings: () => defaultSettings };
  const context = {
    baseUrl: 'https://gateway.test/v1',
    model: 'one',
    attempt: undefined,
    attemptNumber: 0,
    text: 'some',
    hasOtherRoute: false,
    canHaveMoreRoom: () => false,
    plainHttpHost: undefined,
  };
  for (const [row, actions] of [
    [42, ['continue', 'restart', 'retryNow']],
    [33, ['retryNow', 'switchModel', 'details', 'continue', 'restart']],
  ] as const) {
    it(`comes with the actions ${actions.join(', ')} after ${rowLabel(row)}`, () => {
      const fault = faultOfRow(row);
      const failed = new TurnMessages(deps, new KeyRedactor()).describeFailure({ type: 'fail', fault }, fault, context);
      assert.deepEqual(failed.actions, actions);
    });
  }
});
