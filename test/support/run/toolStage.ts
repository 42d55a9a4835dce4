import { runNode } from '../childProcess';
import { packageScript } from '../paths';
import { stageTimeoutMs, type Stage } from './stage';

type Step = readonly [script: string, ...args: string[]];

/** Tools that find fault or don't: all steps together are one test, and all of them run. */
export function toolStage(name: string, steps: readonly Step[]): Stage {
  return {
    name,
    run: async () => {
      let failed = 0;
      for (const [script, ...args] of steps) {
        const code = await runNode(packageScript(script), args, { timeoutMs: stageTimeoutMs });
        failed = code === 0 ? failed : 1;
      }
      return { passed: 1 - failed, failed };
    },
  };
}
