import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { out } from '../../support/paths';
import { packageExtension } from '../../support/vscode/package';
import { installPackaged } from './installPackaged';
import { openWorkbenches } from './workbench';

const failures = path.join(out, 'e2e-failures');

/** Once a run. */
export async function mochaGlobalSetup(): Promise<void> {
  // Mocha alone would die of this signal at once and leave servers and browsers behind.
  process.once('SIGTERM', () => process.exit(143));
  rmSync(failures, { recursive: true, force: true });
  await installPackaged(await packageExtension());
}

export const mochaHooks = {
  /** A picture says what went wrong. */
  async afterEach(this: Mocha.Context): Promise<void> {
    const test = this.currentTest;
    if (test?.state !== 'failed') {
      return;
    }
    mkdirSync(failures, { recursive: true });
    const name = test.fullTitle().replaceAll(/[^\p{L}\p{N}]+/gu, '-');
    for (const [index, workbench] of [...openWorkbenches].entries()) {
      await workbench.screenshot(path.join(failures, `${name}-${index + 1}.png`));
    }
  },
};
