import assert from 'node:assert/strict';
import type { runPromptArgument as Read } from '../../../src/host/prompts/runPrompt';
import { useVSCode } from '../../support/fakeVSCode';
import { ArgumentError } from '../../../src/host/util/userError';

const said = (message: string): string => message;

describe('the argument of holysheep.runPrompt', () => {
  let runPromptArgument: typeof Read;
  useVSCode({ DiagnosticSeverity: {} });
  before(async () => {
    ({ runPromptArgument } = await import('../../../src/host/prompts/runPrompt'));
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
      assert.throws(() => runPromptArgument(argument, said), ArgumentError);
    });
  }
});
