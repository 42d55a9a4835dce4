import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const id = 'holysheep.holysheep-prompt';

describe('extension in the extension host', () => {
  it('activates and returns version 1 of its API', async () => {
    const extension = vscode.extensions.getExtension<{ readonly version: number }>(id);
    assert.ok(extension, `${id} is not installed`);
    const api = await extension.activate();
    assert.equal(api.version, 1);
  });

  it('registers exactly the public commands that package.json contributes', async () => {
    const extension = vscode.extensions.getExtension(id);
    assert.ok(extension, `${id} is not installed`);
    await extension.activate();
    const manifest = extension.packageJSON as {
      readonly contributes: { readonly commands: readonly { readonly command: string }[] };
    };
    const contributed = manifest.contributes.commands.map(({ command }) => command);
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      contributed.filter((command) => !registered.has(command)),
      [],
    );
    // VS Code itself adds commands for the view, such as `holysheep.chat.focus`.
    const internal = [...registered].filter(
      (command) => /^holysheep\.(?!chat\.)/.test(command) && !contributed.includes(command),
    );
    // Only the extension itself runs these commands. The Command Palette does not list them.
    assert.deepEqual(internal.sort(), ['holysheep.chatAction', 'holysheep.showPanel']);
  });
});
