import assert from 'node:assert/strict';
import type { parseAskArgument as Read } from '../../../src/host/panel/panelCommands';
import { useVSCode } from '../../support/fakeVSCode';

const localize = (message: string): string => message;

describe('askArgument', () => {
  let askArgument: typeof Read;
  useVSCode({});
  before(async () => {
    ({ parseAskArgument: askArgument } = await import('../../../src/host/panel/panelCommands'));
  });

  for (const [argument, expected] of [
    ['Hi', { prompt: 'Hi' }],
    [{ prompt: 'Hi' }, { prompt: 'Hi' }],
    [
      { prompt: 'Hi', model: 'm', newConversation: true },
      { prompt: 'Hi', model: 'm', newConversation: true },
    ],
  ] as const) {
    it(`takes ${JSON.stringify(argument)}`, () => assert.deepEqual(askArgument(argument, localize), expected));
  }

  for (const [argument, message] of [
    [42, /expects a prompt/],
    [null, /expects a prompt/],
    [[], /expects a prompt/],
    [{}, /expects a prompt/],
    ['', /empty/],
    [' \n', /empty/],
    [{ prompt: '' }, /empty/],
    [{ prompt: 1 }, /"prompt" must be/],
    [{ prompt: 'Hi', model: 1 }, /"model"/],
    [{ prompt: 'Hi', model: ' ' }, /"model"/],
    [{ prompt: 'Hi', newConversation: 'yes' }, /"newConversation"/],
  ] as const) {
    it(`refuses ${JSON.stringify(argument)} and says why`, () => {
      assert.throws(
        () => askArgument(argument, localize),
        (error: Error) => error instanceof TypeError && message.test(error.message),
      );
    });
  }
});
