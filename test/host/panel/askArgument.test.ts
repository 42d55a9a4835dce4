import assert from 'node:assert/strict';
import type { parseAskArgument as ParseAskArgument } from '../../../src/host/panel/panelCommands';
import { useVSCode } from '../../support/fakeVSCode';

const localize = (message: string): string => message;

describe('argument of holysheep.ask', () => {
  let parseAskArgument: typeof ParseAskArgument;
  useVSCode({});
  before(async () => {
    ({ parseAskArgument } = await import('../../../src/host/panel/panelCommands'));
  });

  for (const [argument, expected] of [
    ['Hi', { prompt: 'Hi' }],
    [{ prompt: 'Hi' }, { prompt: 'Hi' }],
    [
      { prompt: 'Hi', model: 'm', reasoningEffort: 'default', newConversation: true },
      { prompt: 'Hi', model: 'm', reasoningEffort: 'default', newConversation: true },
    ],
  ] as const) {
    it(`accepts ${JSON.stringify(argument)}`, () => assert.deepEqual(parseAskArgument(argument, localize), expected));
  }

  for (const [argument, message] of [
    [42, /expects a prompt/],
    [null, /expects a prompt/],
    [[], /expects a prompt/],
    [{}, /expects a prompt/],
    ['', /empty/],
    [' \n', /empty/],
    [{ prompt: '' }, /empty/],
    [{ prompt: 1 }, /“prompt” must be/],
    [{ prompt: 'Hi', model: 1 }, /“model”/],
    [{ prompt: 'Hi', model: ' ' }, /“model”/],
    [{ prompt: 'Hi', reasoningEffort: 'huge' }, /“reasoningEffort”/],
    [{ prompt: 'Hi', newConversation: 'yes' }, /“newConversation”/],
  ] as const) {
    it(`rejects ${JSON.stringify(argument)} with an error that names the problem`, () => {
      assert.throws(
        () => parseAskArgument(argument, localize),
        (error: Error) => error instanceof TypeError && message.test(error.message),
      );
    });
  }
});
