import assert from 'node:assert/strict';
import type { parseRunPromptArgument as Read } from '../../../src/host/prompts/promptCommands';
import { useVSCode } from '../../support/fakeVSCode';

const said = (message: string): string => message;
/** Compares the name of the class, because other tests load the class again. */
const isArgumentError = (error: object): boolean => error.constructor.name === 'ArgumentError';

describe('the argument of holysheep.runPrompt', () => {
  let runPromptArgument: typeof Read;
  useVSCode({ DiagnosticSeverity: {} });
  before(async () => {
    ({ parseRunPromptArgument: runPromptArgument } = await import('../../../src/host/prompts/promptCommands'));
  });

  it('is a title', () => {
    assert.deepEqual(runPromptArgument(' Translate ', said), { title: 'Translate' });
  });

  it('may say whose', () => {
    assert.deepEqual(runPromptArgument({ title: 'T', from: 'workspace' }, said), { title: 'T', from: 'workspace' });
    assert.deepEqual(runPromptArgument({ title: 'T', from: 'anybody' }, said), { title: 'T', from: undefined });
  });

  for (const argument of ['', '  ', null, 5, {}, { title: 5 }, { prompt: 'a' }, ['T']]) {
    it(`is not ${JSON.stringify(argument)}`, () => {
      assert.throws(() => runPromptArgument(argument, said), isArgumentError);
    });
  }
});
