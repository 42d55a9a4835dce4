import assert from 'node:assert/strict';
import type { parseCompareArgument as ParseCompareArgument } from '../../../src/host/panel/compareModels';
import { useVSCode } from '../../support/fakeVSCode';

const localize = (message: string): string => message;

describe('argument of holysheep.compareModels', () => {
  let parseCompareArgument: typeof ParseCompareArgument;
  useVSCode({});
  before(async () => {
    ({ parseCompareArgument } = await import('../../../src/host/panel/compareModels'));
  });

  for (const [argument, expected] of [
    ['Hi', { prompt: 'Hi' }],
    [{}, {}],
    [
      { prompt: 'Hi', models: [' a', 'b '] },
      { prompt: 'Hi', models: ['a', 'b'] },
    ],
    [{ models: ['a', 'b', 'c', 'd'] }, { models: ['a', 'b', 'c', 'd'] }],
  ] as const) {
    it(`accepts ${JSON.stringify(argument)}`, () => {
      assert.deepEqual(parseCompareArgument(argument, localize), expected);
    });
  }

  for (const [argument, message] of [
    [42, /expects an object/],
    [null, /expects an object/],
    ['', /empty/],
    [{ prompt: 1 }, /“prompt” must be/],
    [{ prompt: ' ' }, /empty/],
    ...['a', [], ['a'], ['a', 'a '], ['a', ' '], ['a', 1], ['a', 'b', 'c', 'd', 'e'], { 0: 'a', length: 2 }].map(
      (models) => [{ prompt: 'Hi', models }, /“models” must be/] as const,
    ),
  ] as const) {
    it(`rejects ${JSON.stringify(argument)} with an error that names the problem`, () => {
      assert.throws(
        () => parseCompareArgument(argument, localize),
        (error: Error) => error instanceof TypeError && message.test(error.message),
      );
    });
  }
});
