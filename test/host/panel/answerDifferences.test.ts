import assert from 'node:assert/strict';
import type { Uri } from 'vscode';
import { useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../conversation/openedConversation';
import { attempt, done } from '../conversation/scriptedEngine';

describe('differences of two answers in the editor', () => {
  const shown: Uri[] = [];
  useVSCode({
    commands: { executeCommand: (_command: string, left: Uri) => Promise.resolve(shown.push(left)) },
    Uri: { from: (parts: object) => parts },
  });

  it('are shown in a new document after one of the answers was restarted', async () => {
    const { showDifferences } = await import('../../../src/host/panel/answerDifferences');
    const { conversation, ask, engine } = openConversation();
    const [left, right] = ['a', 'b'].map((prompt) => ask(prompt, attempt(), done(prompt)));
    const show = () => showDifferences(conversation, left!, right!);
    await show();
    await show();
    conversation.restart(right!);
    engine.turn.emit(attempt(), { ...done('c'), at: 99 });
    await show();
    const [first, again, restarted] = shown.map(({ query }) => query);
    assert.equal(first, again);
    assert.notEqual(first, restarted);
  });

  it('are shown as plain text, because VS Code runs commands from links in Markdown', async () => {
    const { showDifferences } = await import('../../../src/host/panel/answerDifferences');
    const { conversation, ask } = openConversation();
    const [left, right] = ['a', 'b'].map((prompt) => ask(prompt, attempt(), done(prompt)));
    await showDifferences(conversation, left!, right!);
    assert.match(shown.at(-1)?.path ?? '', /\.txt$/);
  });
});
