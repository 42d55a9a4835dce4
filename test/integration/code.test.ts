import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { codeActions } from '../support/codeActions';
import { answer } from '../support/replies';
import { set, useFixture, type HostFixture } from '../support/extensionHost';

const source = 'const before = 1;\nfunction twice(n: number): number {\n  return n * 2;\n}\nconst after = 3;\n';

describe('code commands', () => {
  let fixture: HostFixture;
  useFixture(answer('understood'), (started) => (fixture = started));
  beforeEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    fixture.gateway.reset();
    const document = await vscode.workspace.openTextDocument({ language: 'typescript', content: source });
    const editor = await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
    editor.selection = new vscode.Selection(1, 0, 3, 1);
  });
  after(() => set('prompts', undefined));

  const sent = async (): Promise<{ readonly prompt: string; readonly model: unknown }> => {
    const { json } = await fixture.gateway.request(1);
    return { prompt: JSON.stringify(json?.messages.at(-1)?.content), model: json?.['model'] };
  };
  const actions = async (): Promise<readonly vscode.CodeAction[]> =>
    (await codeActions()).filter(({ title }) => title.includes('HolySheep'));

  for (const [command, instruction] of [
    ['explainSelection', 'Explain the code'],
    ['fixSelection', 'fix the bugs'],
    ['improveSelection', 'Improve the code'],
    ['writeTests', 'unit tests'],
  ] as const) {
    it(`send the selection with its language and the surrounding code: ${command}`, async () => {
      await vscode.commands.executeCommand(`holysheep.${command}`);
      const { prompt } = await sent();
      for (const part of [instruction, 'function twice', 'typescript', 'const before', 'const after']) {
        assert.ok(prompt.includes(part), `${part} is missing in: ${prompt}`);
      }
    });
  }

  it('are missing from the lightbulb menu when nothing is selected', async () => {
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    editor.selection = new vscode.Selection(0, 0, 0, 0);
    assert.deepEqual(await actions(), []);
  });

  it('are in the lightbulb menu of a selection, together with the custom prompts of the user', async () => {
    await set('prompts', [{ title: 'Translate', template: 'Translate the comments.', model: 'deepseek-v3' }]);
    const offered = await actions();
    assert.deepEqual(offered.map(({ title, kind }) => `${title}: ${kind?.value}`).sort(), [
      'Explain with HolySheep: refactor.explainSelection',
      'Fix with HolySheep: refactor.rewrite.fixSelection',
      'Improve with HolySheep: refactor.rewrite.improveSelection',
      'Translate with HolySheep: refactor.rewrite.own',
      'Write tests with HolySheep: refactor.writeTests',
    ]);
    const customAction = offered.find(({ title }) => title.startsWith('Translate'))?.command;
    assert.ok(customAction);
    await vscode.commands.executeCommand(customAction.command, ...((customAction.arguments ?? []) as unknown[]));
    const { prompt, model } = await sent();
    assert.ok(prompt.startsWith('"Translate the comments.'));
    assert.equal(model, 'deepseek-v3');
  });
});
