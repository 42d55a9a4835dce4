import assert from 'node:assert/strict';
import { axeFindings } from './support/axeFindings';
import { everything } from './support/everything';
import * as states from './support/panelStates';
import { Stage } from './support/stage';
import type { ThemeId } from './support/workbench';

const shown: readonly states.PanelState[] = [
  states.noKey,
  states.empty,
  states.streaming,
  states.code,
  states.waiting,
  states.resuming,
  states.done,
  states.failed,
  states.failedPartial,
  states.failedDetails,
  states.stopped,
  states.versions,
  states.editing,
  states.attached,
  states.longPrompt,
  states.chips,
  states.suggestions,
  states.quiet,
  states.interrupted,
];

const themes: readonly ThemeId[] = [
  'Light 2026',
  'Dark 2026',
  ...(everything
    ? (['Default High Contrast', 'Default High Contrast Light', 'Default Light Modern', 'Default Dark Modern'] as const)
    : []),
];

/** Shows all states one after the other in one conversation, so that finished turns are checked as well. */
describe('accessible panel', () => {
  let stage: Stage;

  before(async () => {
    stage = await Stage.open();
    await stage.setKey();
    await stage.newConversation();
  });
  after(() => stage.close());

  for (const theme of themes) {
    describe(`in the theme ${theme}`, () => {
      before(() => stage.setTheme(theme));

      for (const state of shown.filter(({ slow }) => !slow || theme === themes[0])) {
        it(`has no axe violations in the state "${state.name}"`, async () => {
          const leave = await state.enter(stage);
          const found = await axeFindings(stage);
          await leave();
          assert.deepEqual(found, []);
        });
      }
    });
  }

  describe('at 200 % zoom', () => {
    /** Returns the log, the dock and the elements in them that are wider than their container. */
    const tooWide = `['[role=log]', '.dock'].flatMap((selector) => {
      const part = document.querySelector(selector);
      const right = part.getBoundingClientRect().right;
      const scrolls = (each) => each !== part && getComputedStyle(each).overflowX !== 'visible';
      const inside = (each) => { while (each !== part) { if (scrolls(each = each.parentElement)) return true; } return false; };
      return [
        ...(part.scrollWidth > part.clientWidth ? [selector] : []),
        ...[...part.querySelectorAll('*')]
          .filter((each) => each.checkVisibility() && each.getBoundingClientRect().right > right + 0.5)
          .filter((each) => !inside(each))
          .map((each) => each.outerHTML.slice(0, 200)),
      ];
    })`;

    before(async () => {
      await stage.setTheme('Light 2026');
      await stage.setPanelWidth(380);
    });

    for (const state of shown.filter(({ slow }) => !slow)) {
      it(`has no overflowing elements in the state "${state.name}"`, async () => {
        const leave = await state.enter(stage);
        const found = await stage.inPage(tooWide);
        await leave();
        assert.deepEqual(found, []);
      });
    }
  });
});
