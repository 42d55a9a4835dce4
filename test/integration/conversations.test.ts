import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import * as vscode from 'vscode';
import { answer } from '../support/replies';
import { closeAll, shows, tabs } from '../support/conversationTabs';
import { useFixture, type HostFixture } from '../support/extensionHost';

async function ask(prompt: string, newConversation = true): Promise<void> {
  await vscode.commands.executeCommand('holysheep.ask', { prompt, newConversation });
}

describe('conversations', () => {
  let fixture: HostFixture;
  useFixture(answer('understood'), (started) => (fixture = started));
  before(closeAll);
  beforeEach(() => {
    fixture.gateway.reset();
    fixture.gateway.script = () => answer('understood');
  });
  afterEach(closeAll);

  it('have one panel each, in the same editor column', async () => {
    await ask('the first question');
    await ask('the second question');
    await shows(['the first question', 'the second question']);
    assert.equal(new Set(tabs().map(({ group }) => group.viewColumn)).size, 1);
    await fixture.gateway.request(2);
  });

  it('open beside the active code editor without creating a third editor column', async () => {
    const open = async (viewColumn: vscode.ViewColumn): Promise<void> => {
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(), { viewColumn });
    };
    await open(vscode.ViewColumn.One);
    await open(vscode.ViewColumn.Two);
    await ask('to the left');
    await shows(['to the left']);
    assert.equal(tabs()[0]?.group.viewColumn, vscode.ViewColumn.One);
    await open(vscode.ViewColumn.One);
    await ask('to the right', false);
    const { closed } = await fixture.gateway.request(2);
    await closed;
    while (tabs()[0]?.group.viewColumn !== vscode.ViewColumn.Two) await setImmediate();
    assert.equal(vscode.window.tabGroups.all.length, 2);
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

  for (const [command, argument] of [
    ['ask', 'about pears'],
    ['explainSelection', undefined],
    ['compareModels', { prompt: 'about pears', models: ['gpt-4o', 'deepseek-v3'] }],
  ] as const) {
    it(`are not continued by the command ${command} after the user has closed their panels`, async () => {
      await ask('about apples');
      await (
        await fixture.gateway.request(1)
      ).closed;
      await closeAll();
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content: 'let pear = 1;' }));
      await vscode.commands.executeCommand(`holysheep.${command}`, argument);
      const { json } = await fixture.gateway.request(2);
      assert.doesNotMatch(JSON.stringify(json?.messages), /about apples/);
    });
  }

  it('reuse an empty panel when the user opens another new conversation', async () => {
    await ask('something');
    await vscode.commands.executeCommand('holysheep.newConversation');
    await vscode.commands.executeCommand('holysheep.newConversation');
    await shows(['something', 'HolySheep']);
    // Waits for the answer, because its end would otherwise move this conversation to the top of the history later.
    await (
      await fixture.gateway.request(1)
    ).closed;
  });
});
