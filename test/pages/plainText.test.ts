import assert from 'node:assert/strict';
import { chromium, type Browser } from 'playwright-core';
import { initialTurn, reduceTurn } from '../../src/shared/protocol';
import { findBrowser } from '../support/browser';
import { ev } from '../webview/panel/support/events';
import { exchange } from '../webview/panel/support/panelPage';
import { panelStates } from './panelStates';
import { StaticPage } from './staticPage';

describe('plain text of an answer', () => {
  let browser: Browser;
  let panel: StaticPage;
  before(async () => {
    browser = await chromium.launch(await findBrowser());
    panel = await StaticPage.openPanel(browser);
    await panel.page.addInitScript(
      'acquireVsCodeApi = () => ({ postMessage: (m) => m.text && (copied = m.text), getState() {}, setState() {} })',
    );
  });
  after(() => browser.close());

  const show = async (...lines: readonly string[]): Promise<void> => {
    const markdown = lines.join('\n');
    const state = [ev.attempt(), ev.text(markdown), ev.done(markdown)].reduce(reduceTurn, initialTurn);
    await panel.load();
    await panel.post({ ...panelStates[0]!.snapshot, items: [exchange('a', { state })] });
    await panel.page.locator('article[data-state="done"]').waitFor();
  };
  const copyShown = async (): Promise<readonly string[]> => {
    await panel.post({ type: 'answerAction', answerId: 'a', action: 'copyPlainText' });
    const copied = await panel.page.waitForFunction('globalThis.copied');
    return String(await copied.jsonValue()).split('\n');
  };
  const copyPlainText = async (...lines: readonly string[]): Promise<readonly string[]> => {
    await show(...lines);
    return copyShown();
  };

  it('contains the source of formulas', async () => {
    const lines = ['Let $x^2$ be', '', '$$', 'y', '$$'];
    await show(...lines);
    await panel.page.locator('math').last().waitFor();
    assert.deepEqual(await copyShown(), lines);
  });

  it('indents nested lists', async () => {
    const lines = ['- one', '  - two', '    1. three', '- four'];
    assert.deepEqual(await copyPlainText(...lines), ['- one', '  - two', '    1. three', '- four']);
  });

  it('indents the items of a nested list with blank lines', async () => {
    const lines = await copyPlainText('- one', '', '  - two', '', '  - three');
    assert.deepEqual(
      lines.filter((line) => line !== ''),
      ['- one', '  - two', '  - three'],
    );
  });

  it('separates a list from the blocks before and after it by a blank line', async () => {
    const lines = await copyPlainText('# Title', '- one', '- two', '', '```', 'code', '```', '', '1. three');
    assert.deepEqual(lines, ['Title', '', '- one', '- two', '', 'code', '', '1. three']);
  });

  it('separates code from the paragraph after it by one blank line', async () => {
    assert.deepEqual(await copyPlainText('```', 'ls', '```', '', 'After'), ['ls', '', 'After']);
  });
});
