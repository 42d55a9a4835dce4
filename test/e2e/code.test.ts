import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import { answer } from '../support/replies';
import type { ConversationPanel } from './support/conversationPanel';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

const better = `export function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}`;

describe('code block of an answer', () => {
  let workbench: Workbench;
  let panel: ConversationPanel;

  useWorkbench(
    { script: () => answer(`Better:\n\n\`\`\`ts\n${better}\n\`\`\`\n\nThat is all.`) },
    (opened) => ({ workbench, panel } = opened),
  );

  const inAnswer = (name: string): Locator => panel.answer.getByRole('button', { name, exact: true });
  const preview = (name: string): Locator =>
    workbench.page.locator('.part.panel').getByRole('button', { name, exact: true });
  const save = async (): Promise<string> => {
    await workbench.runCommand('File: Save');
    await workbench.page.locator('.tab[data-resource-name="sample.ts"]:not(.dirty)').waitFor();
    return readFileSync(workbench.workspaceFile('sample.ts'), 'utf8');
  };
  const focusEditor = async (): Promise<void> => {
    await workbench.tab('sample.ts').first().click();
    await workbench.page.locator('.tab.active[data-resource-name="sample.ts"]').waitFor();
  };

  it('replaces the selected code when the user applies the preview', async () => {
    const before = readFileSync(workbench.workspaceFile('sample.ts'), 'utf8');
    await workbench.openFile('sample.ts');
    await workbench.selectLines(16, 18);
    await workbench.contextMenu('function pause', 'HolySheep', 'Fix Selection');
    await panel.inState('done').waitFor();
    await inAnswer('Apply to selection').click();
    await preview('Apply').waitFor();
    await workbench.tab('sample.ts:16-18 (preview)').waitFor();
    assert.equal(readFileSync(workbench.workspaceFile('sample.ts'), 'utf8'), before);
    await preview('Apply').click();
    await workbench.tab('sample.ts:16-18 (preview)').waitFor({ state: 'detached' });
    await workbench.editorLine('export function pause').waitFor();
    await focusEditor();
    assert.equal(await save(), before.replace(/function pause[^]*?\n}/, better));
  });

  it('disappears from the file after a single Undo', async () => {
    await workbench.editorLine('export function pause').first().click();
    await workbench.page.keyboard.press('ControlOrMeta+z');
    await workbench.editorLine('export function pause').waitFor({ state: 'detached' });
    assert.match(
      await save(),
      /\n}\n\nfunction pause\(ms: number\): Promise<void> {\n {2}return new Promise\(\(resolve\) => setTimeout\(resolve, ms\)\);\n}\n$/,
    );
  });

  it('leaves the file unchanged when the user discards the preview', async () => {
    await inAnswer('Apply to selection').click();
    await preview('Discard').click();
    await workbench.tab('(preview)').waitFor({ state: 'detached' });
    await workbench.editorLine('function pause').waitFor();
    assert.equal(await workbench.editorLine('export function pause').count(), 0);
  });

  it('is inserted at the cursor of the last used editor when the user presses Insert at cursor', async () => {
    await workbench.runCommand('Notifications: Clear All Notifications');
    await workbench.editorLine('Fetches JSON').first().click();
    await workbench.page.keyboard.press('Home');
    await inAnswer('Insert at cursor').click();
    await workbench.editorLine('export function pause').waitFor();
    await focusEditor();
    assert.ok((await save()).startsWith(`${better}/** Fetches JSON`));
  });

  it('opens in a new editor with its language when the user presses New file', async () => {
    await inAnswer('New file').click();
    const newEditor = workbench.page.locator('.tab.active.dirty', { hasText: 'Untitled-1' });
    await newEditor.click();
    await workbench.page.locator('.statusbar').getByText('TypeScript', { exact: true }).waitFor();
    assert.equal(
      (await workbench.page.locator('.editor-group-container.active .view-line').first().innerText()).replaceAll(
        '\u00a0',
        ' ',
      ),
      better.split('\n')[0],
    );
  });
});
