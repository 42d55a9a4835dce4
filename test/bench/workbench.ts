import path from 'node:path';
import { installPackaged } from '../e2e/support/installPackaged';
import { Stage } from '../e2e/support/stage';
import { out } from '../support/paths';
import type { Row } from './row';
import { fullSpeed } from './workbenchAnswer';
import { opening } from './workbenchHistory';
import { lostInWorkbench } from './workbenchKills';

/** Starts a workbench with the VSIX that the `package` stage has made. */
export async function workbench(): Promise<readonly Row[]> {
  await installPackaged(path.join(out, 'holysheep-prompt.vsix'));
  const stage = await Stage.open();
  try {
    await stage.setKey();
    return [...(await fullSpeed(stage)), await opening(stage), await lostInWorkbench(stage)];
  } finally {
    await stage.close();
  }
}
