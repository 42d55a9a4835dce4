import assert from 'node:assert/strict';
import type { parseRunPromptArgument as ParseArgument } from '../../../src/host/prompts/promptCommands';
import { useVSCode } from '../../support/fakeVSCode';

const localize = (message: string): string => message;
/** Compares the class name, because each test loads its own copy of the class. */
const isArgumentError = (error: object): boolean => error.constructor.name === 'ArgumentError';

describe('argument of holysheep.runPrompt', () => {
  let parseRunPromptArgument: typeof ParseArgument;
  useVSCode({ DiagnosticSeverity: {} });
  before(async () => {
    ({ parseRunPromptArgument } = await import('../../../src/host/prompts/promptCommands'));
  });

  it('can be a title', () => {
    assert.deepEqual(parseRunPromptArgument(' Translate ', localize), { title: 'Translate' });
  });

  it('can contain the source of the prompt', () => {
    assert.deepEqual(parseRunPromptArgument({ title: 'T', from: 'workspace' }, localize), {
      title: 'T',
      from: 'workspace',
    });
    assert.deepEqual(parseRunPromptArgument({ title: 'T', from: 'unknown' }, localize), {
      title: 'T',
      from: undefined,
    });
  });

  for (const argument of ['', '  ', null, 5, {}, { title: 5 }, { prompt: 'a' }, ['T']]) {
    it(`is rejected when it has no title: ${JSON.stringify(argument)}`, () => {
      assert.throws(() => parseRunPromptArgument(argument, localize), isArgumentError);
    });
  }
});
