import assert from 'node:assert/strict';
import type { PanelServices, PrefilledPrompt } from '../../../src/host/panel/panelServices';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';
import { openConversation, shownAnswers } from '../../support/host/openedConversation';
import { attempt, done, text } from '../../support/host/scriptedEngine';
import { valuesOf } from '../../support/valuesOf';

describe('commands for a turn', () => {
  useVSCode({ l10n: englishL10n });

  const branching = () => {
    const source = openConversation();
    const { conversation: target } = openConversation();
    const [shown, prefilled]: [unknown[], PrefilledPrompt[]] = [[], []];
    const services = {
      conversations: { startNew: () => target },
      panels: {
        locationForNew: 'sideBar',
        show: (...args: unknown[]) => shown.push(args),
        prefill: (_: unknown, prompt: PrefilledPrompt) => prefilled.push(prompt),
      },
    } as unknown as PanelServices;
    const branch = async (answerId: string): Promise<void> => {
      const { startBranch } = await import('../../../src/host/panel/turnCommands');
      startBranch(services, source.conversation, answerId);
    };
    return { ...source, target, shown, prefilled, branch };
  };

  it('start a branch where the conversation is, with the focus in its composer', async () => {
    const { ask, branch, target, shown, prefilled } = branching();
    await branch(ask('one', attempt(), done('to one')));
    assert.deepEqual([shown, prefilled], [[[target, { location: 'sideBar' }]], [{ text: '' }]]);
    assert.deepEqual(valuesOf(shownAnswers(target), 'prompt'), ['one']);
  });

  for (const [title, ofBranch] of [
    ['', 'Branch of one'],
    ['Sheep', 'Branch of Sheep'],
    ['Branch of Sheep', 'Branch of Sheep'],
  ] as const) {
    it(`start a branch with the title “${ofBranch}” if the title of the conversation is “${title}”`, async () => {
      const { ask, branch, conversation, target } = branching();
      conversation.rename(title);
      await branch(ask('one', attempt(), done('to one')));
      assert.equal(target.tree.title, ofBranch);
    });
  }

  it('do not start a branch while the turn is running', async () => {
    const { ask, branch, shown } = branching();
    await branch(ask('one', attempt(), text('half')));
    assert.deepEqual(shown, []);
  });

  describe('when a summary exists', () => {
    /** Starts a summary of the first of two turns. */
    const summarizing = async () => {
      const { deleteExchange } = await import('../../../src/host/panel/turnCommands');
      const { ask, conversation, emit, phases } = openConversation();
      const one = ask('one', attempt(), done('to one'));
      ask('two', attempt(), done('to two'));
      conversation.summarize(one);
      const [first, second] = conversation.tree.path().map(({ exchange }) => () => {
        deleteExchange(conversation, exchange.id);
      });
      return { emit, phases, deleteFirst: first!, deleteSecond: second! };
    };

    it('do not delete a turn that is part of the summary', async () => {
      const { deleteFirst, emit, phases } = await summarizing();
      emit(attempt(), done('In short'));
      assert.throws(deleteFirst, /part of a summary\. Undo the summary/);
      assert.deepEqual(phases(), ['one: done', 'summary: done', 'two: done']);
    });

    it('do not delete a turn that is being summarized', async () => {
      const { deleteFirst } = await summarizing();
      assert.throws(deleteFirst, /being summarized\. Stop the summary/);
    });

    it('delete a later turn even while the summary is being written', async () => {
      const { deleteSecond, emit, phases } = await summarizing();
      deleteSecond();
      emit(attempt(), done('In short'));
      assert.deepEqual(phases(), ['one: done', 'summary: done']);
    });
  });
});
