import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { codeActions } from '../support/codeActions';
import { answer } from '../support/replies';
import { set, startFixture, stopFixture, type HostFixture } from '../support/extensionHost';
import { FakePanel } from './support/fakePanel';

const source = 'const one = 1;\nconst two = 2;\n';
const translate = { title: 'Translate', template: 'Translate ${selection} (${language}, ${problems}) to Rust.' };
const workspacePrompt = { title: 'Theirs', template: 'Ours: ${selection}', model: 'deepseek-v3' };

async function setInWorkspace(value: unknown): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('holysheep');
  await configuration.update('prompts', value, vscode.ConfigurationTarget.Workspace);
}

describe('custom prompts', () => {
  let fixture: HostFixture;
  /** Records the messages of the window and their buttons. */
  let messages: (readonly [message: string, ...buttons: unknown[]])[] = [];
  let pressedButtons: (string | undefined)[] = [];
  const { showInformationMessage } = vscode.window;

  before(async () => {
    fixture = await startFixture(answer('understood'));
    const stub = (message: string, ...rest: unknown[]): Promise<unknown> => {
      messages.push([message, ...rest.filter((item) => typeof item === 'string')]);
      return Promise.resolve(pressedButtons.shift());
    };
    Object.assign(vscode.window, { showInformationMessage: stub });
  });
  beforeEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    fixture.gateway.reset();
    messages = [];
    pressedButtons = [];
    const document = await vscode.workspace.openTextDocument({ language: 'typescript', content: source });
    const editor = await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
    editor.selection = new vscode.Selection(0, 0, 0, 14);
  });
  afterEach(async () => {
    await set('prompts', undefined);
    await setInWorkspace(undefined);
  });
  after(async () => {
    Object.assign(vscode.window, { showInformationMessage });
    await stopFixture(fixture);
  });

  const run = (argument: unknown): Thenable<unknown> => vscode.commands.executeCommand('holysheep.runPrompt', argument);
  const sent = async (): Promise<readonly [prompt: unknown, model: unknown]> => {
    const { json } = await fixture.gateway.request(1);
    return [json?.messages.at(-1)?.content, json?.['model']];
  };
  const lightbulb = async (): Promise<readonly vscode.CodeAction[]> =>
    (await codeActions()).filter(({ command }) => command?.command === 'holysheep.runPrompt');

  it('can be run by title, with values for the variables of the template', async () => {
    await set('prompts', [translate]);
    await run('Translate');
    assert.deepEqual(await sent(), ['Translate const one = 1; (typescript, none) to Rust.', 'gpt-4o']);
    assert.deepEqual(messages, []);
  });

  it('can be chosen from a list', async () => {
    await set('prompts', [translate]);
    const done = run(undefined);
    await untilAccepted(done);
    assert.deepEqual((await sent())[0], 'Translate const one = 1; (typescript, none) to Rust.');
  });

  it('warn the user only once about an unknown variable in a template', async () => {
    const { createWebviewPanel } = vscode.window;
    // While a panel is visible, the warning is a notice on its page instead of a notification.
    const hiddenPanel = Object.assign(new FakePanel(), { visible: false });
    Object.assign(vscode.window, { createWebviewPanel: () => hiddenPanel });
    await set('prompts', [{ title: 'T', template: 'About ${selection}: ${code}' }]);
    await run('T');
    assert.equal((await sent())[0], 'About const one = 1;: ${code}');
    await run('T');
    Object.assign(vscode.window, { createWebviewPanel });
    hiddenPanel.dispose();
    assert.equal(messages.length, 1);
    assert.match(messages[0]?.[0] ?? '', /\$\{code\}/);
  });

  it('require consent only once if they come from a workspace', async () => {
    await setInWorkspace([workspacePrompt]);
    pressedButtons = ['Use prompts'];
    await run('Theirs');
    assert.deepEqual(await sent(), ['Ours: const one = 1;', 'deepseek-v3']);
    assert.deepEqual(messages, [
      ['This workspace defines a prompt: “Theirs”. Use it?', 'Use prompts', 'Show prompts', 'Never'],
    ]);
    await run('Theirs');
    assert.equal(messages.length, 1);
  });

  it('are in the lightbulb menu, but workspace prompts only after the user has agreed to them', async () => {
    await set('prompts', [translate]);
    await setInWorkspace([{ ...workspacePrompt, template: 'for the lightbulb: ${selection}' }, translate]);
    const before = (await lightbulb()).map(({ title }) => title);
    assert.deepEqual(before.sort(), ['Run a workspace prompt with HolySheep…', 'Translate with HolySheep']);
    assert.deepEqual(messages, []);
    pressedButtons = ['Use prompts'];
    await run('Theirs');
    const after = await lightbulb();
    assert.deepEqual(after.map(({ title }) => title).sort(), [
      'Theirs with HolySheep (workspace prompt)',
      'Translate with HolySheep',
      'Translate with HolySheep (workspace prompt)',
    ]);
  });
});

/** Accepts the selected row as soon as the quick pick is open. */
async function untilAccepted(done: Thenable<unknown>): Promise<void> {
  const finished = Promise.resolve(done).then(() => true);
  const pressed = async (): Promise<boolean> => {
    await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    return new Promise((resolve) => setImmediate(() => resolve(false)));
  };
  while (!(await Promise.race([finished, pressed()])));
}
