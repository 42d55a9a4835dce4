import assert from 'node:assert/strict';
import themes from '../pages/themes.json';
import { axeFindings } from '../support/axeFindings';
import { useWorkbench } from './support/conversation';
import * as states from './support/panelStates';
import { Stage } from './support/stage';
import type { ThemeId } from './support/workbench';

/** The pages are tested in every state without VS Code. These states show that VS Code gives them the same styles. */
describe('accessible panel in VS Code', () => {
  let stage: Stage;

  useWorkbench({}, ({ gateway, workbench }) => (stage = new Stage('en', gateway, workbench)));
  before(() => stage.newConversation());

  for (const state of [states.waiting, states.failedDetails, states.code]) {
    it(`has no axe violations in the state "${state.name}"`, async () => {
      const leave = await state.enter(stage);
      const found = await axeFindings((expression) => stage.inPage(expression));
      await leave();
      assert.deepEqual(found, []);
    });
  }

  for (const [theme, { className, variables }] of Object.entries(themes)) {
    it(`has the colors of test/pages in the theme ${theme}`, async () => {
      await stage.setTheme(theme as ThemeId);
      const names = JSON.stringify(Object.keys(variables));
      const found = await stage.inPage(`[
        document.body.className,
        ${names}.map((name) => [name, document.documentElement.style.getPropertyValue(name)]),
      ]`);
      assert.deepEqual(found, [className, Object.entries(variables)]);
    });
  }
});
