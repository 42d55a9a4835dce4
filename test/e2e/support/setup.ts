import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { failuresFolder } from '../../support/paths';
import { closeSharedWindow, replaceWindowBeforeNextSuite } from './sharedWindow';
import { openWorkbenches } from './workbench';

// Without a handler, mocha would end at this signal and leave servers and browsers running.
process.once('SIGTERM', () => process.exit(143));

export const mochaHooks = {
  afterAll: closeSharedWindow,
  /**
   * Keeps a screenshot of each window and the logs of the extension when a test fails. Also prints what a window shows,
   * because the output may be all that remains of a run.
   */
  async afterEach(this: Mocha.Context): Promise<void> {
    const test = this.currentTest;
    if (test?.state !== 'failed') {
      return;
    }
    replaceWindowBeforeNextSuite();
    mkdirSync(failuresFolder, { recursive: true });
    const name = test.fullTitle().replaceAll(/[^\p{L}\p{N}]+/gu, '-');
    const visible = [...openWorkbenches].filter(({ page }) => !page.isClosed());
    for (const [index, workbench] of visible.entries()) {
      await workbench.screenshot(path.join(failuresFolder, `${name}-${index + 1}.png`));
      console.error(await workbench.report());
    }
    for (const [index, log] of (visible[0]?.extensionLogs() ?? []).entries()) {
      copyFileSync(log, path.join(failuresFolder, `${name}-${index + 1}.log`));
    }
  },
};
