import assert from 'node:assert/strict';
import themes from '../pages/themes.json';
import { axeFindings } from '../support/axeFindings';
import type { ConversationPanel } from './support/conversationPanel';
import { panelStates, type PanelState } from './support/panelStates';
import { useWorkbench } from './support/sharedWindow';
import type { ThemeId, Workbench } from './support/workbench';

/** The pages are tested in every state without VS Code. These states show that VS Code gives them the same styles. */
describe('accessible panel in VS Code', () => {
  let workbench: Workbench;
  let panel: ConversationPanel;

  useWorkbench({}, (opened) => ({ workbench, panel } = opened));
  before(() => panel.newConversation());

  for (const name of ['waiting', 'failed-details', 'code'] as const) {
    it(`has no axe violations in the state "${name}"`, async () => {
      const { enter, leave }: PanelState = panelStates[name];
      await enter(panel);
      const found = await axeFindings((expression) => panel.inPage(expression));
      await leave?.(panel);
      assert.deepEqual(found, []);
    });
  }

  for (const [theme, { className, variables }] of Object.entries(themes)) {
    it(`has the colors that the tests in test/pages use for the theme ${theme}`, async () => {
      await workbench.setTheme(theme as ThemeId);
      const names = JSON.stringify(Object.keys(variables));
      const found = await panel.inPage(`[
        document.body.className,
        ${names}.map((name) => [name, document.documentElement.style.getPropertyValue(name)]),
      ]`);
      assert.deepEqual(found, [className, Object.entries(variables)]);
    });
  }
});
