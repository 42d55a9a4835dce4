import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { insertIntoTerminal } from '../../src/host/code/terminal';
import { removeTemporaryFolder, temporaryFolder } from '../support/temporaryFolder';

describe('line in a terminal', () => {
  let folder: string;
  let terminal: vscode.Terminal;
  before(async () => {
    folder = temporaryFolder();
    terminal = vscode.window.createTerminal({ shellPath: '/bin/bash', shellArgs: ['--norc'], cwd: folder });
    terminal.show();
    await until(() => vscode.window.activeTerminal === terminal && terminal.state.shell === 'bash');
  });
  after(() => {
    terminal.dispose();
    removeTemporaryFolder(folder);
  });

  it('runs only when the user presses Enter', async () => {
    assert.equal(await insertIntoTerminal('$ touch inserted\r\n'), false);
    const other = path.join(folder, 'other');
    // While the line waits in its terminal, another command runs to its end.
    const task = new vscode.Task({ type: 'shell' }, vscode.TaskScope.Workspace, 'other', 'test');
    task.execution = new vscode.ShellExecution(`touch '${other}'`);
    await vscode.tasks.executeTask(task);
    await until(() => existsSync(other));
    assert.equal(existsSync(path.join(folder, 'inserted')), false);
    terminal.sendText('', true);
    await until(() => existsSync(path.join(folder, 'inserted')));
  });
});

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await new Promise((resolve) => setTimeout(resolve, 20));
}
