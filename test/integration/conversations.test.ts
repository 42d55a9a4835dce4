import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { answer } from '../../src/demo/replies';
import { closeAll, markedInNextQuickPick, shows, tabs } from '../support/conversationTabs';
import { startFixture, stopFixture, type HostFixture } from '../support/extensionHost';

async function ask(prompt: string, newConversation = true): Promise<void> {
  await vscode.commands.executeCommand('holysheep.ask', { prompt, newConversation });
}

describe('conversations', () => {
  let fixture: HostFixture;
  before(async () => {
    fixture = await startFixture(() => answer('understood'));
    await closeAll();
  });
  beforeEach(() => {
    fixture.gateway.reset();
    fixture.gateway.script = () => answer('understood');
  });
  afterEach(closeAll);
  after(() => stopFixture(fixture));

  it('have one panel each, opened as tabs in the same editor column', async () => {
    await ask('the first question');
    await ask('the second question');
    await shows(['the first question', 'the second question']);
    assert.equal(new Set(tabs().map(({ group }) => group.viewColumn)).size, 1);
    await fixture.gateway.request(2);
  });

  it('continue in the focused panel when the user runs Ask', async () => {
    await ask('about apples');
    await ask('about pears');
    await shows(['about apples', 'about pears']);
    await vscode.commands.executeCommand('holysheep.showPanel');
    await vscode.commands.executeCommand('workbench.action.previousEditorInGroup');
    await ask('and their colour?', false);
    const { json } = await fixture.gateway.request(3);
    assert.match(JSON.stringify(json?.messages), /about apples[^]*and their colour\?/);
  });

  it('complete their answers even after their panels are closed', async () => {
    let release = (): void => undefined;
    const until = new Promise<void>((resolve) => (release = resolve));
    fixture.gateway.script = () => [{ delta: 'half of it' }, { until }, ...answer('the rest')];
    await ask('a long question');
    const request = await fixture.gateway.request(1);
    await closeAll();
    release();
    assert.equal(await request.closed, 'server');
    await vscode.commands.executeCommand('holysheep.showPanel');
    await shows(['a long question']);
  });

  it('reuse an empty panel instead of opening another one', async () => {
    await ask('something');
    await vscode.commands.executeCommand('holysheep.newConversation');
    await vscode.commands.executeCommand('holysheep.newConversation');
    await shows(['something', 'HolySheep']);
    // Waits for the answer, because its end would otherwise move this conversation to the top of the history later.
    await (
      await fixture.gateway.request(1)
    ).closed;
  });

  it('are opened from the history', async () => {
    await ask('a question of the past');
    await (
      await fixture.gateway.request(1)
    ).closed;
    await closeAll();
    const opened = shows(['a question of the past']);
    const marked = markedInNextQuickPick('a question of the past');
    await vscode.commands.executeCommand('holysheep.openHistory');
    await marked;
    await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    await opened;
  });

  it('are deleted with their panel and restored on Undo', async () => {
    await ask('a question to forget');
    await (
      await fixture.gateway.request(1)
    ).closed;
    await shows(['a question to forget']);
    await vscode.commands.executeCommand('notifications.clearAll');
    await vscode.commands.executeCommand('holysheep.deleteConversation');
    await shows([]);
    const restored = shows(['a question to forget']);
    const pressUndo = setInterval(() => void vscode.commands.executeCommand('notification.acceptPrimaryAction'), 200);
    await restored.finally(() => clearInterval(pressUndo));
  });
});
