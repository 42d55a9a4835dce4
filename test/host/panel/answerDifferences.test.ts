import assert from 'node:assert/strict';
import { FakeEditor } from '../../support/fakeEditor';
import { useVSCode } from '../../support/fakeVSCode';
import { openConversation } from '../../support/host/openedConversation';
import { attempt, done } from '../../support/host/scriptedEngine';

describe("differences of two answers in VS Code's diff editor", () => {
  const editor = new FakeEditor();
  useVSCode(editor.api());
  beforeEach(() => editor.reset());

  it('are shown as plain text, because VS Code would run commands from links in Markdown', async () => {
    const { showDifferences } = await import('../../../src/host/panel/answerDifferences');
    const { conversation, ask } = openConversation();
    const [left, right] = ['a', 'b'].map((prompt) => ask(prompt, attempt('org/model'), done(prompt)));
    await showDifferences(conversation, left!, right!);
    assert.deepEqual(editor.documents, [
      ['/org model.txt', 'a'],
      ['/org model.txt', 'b'],
    ]);
    const [[command, ...shown] = []] = editor.commands;
    assert.deepEqual([command, shown.length, shown.at(-1)], ['vscode.diff', 3, 'org/model ↔ org/model']);
  });
});
