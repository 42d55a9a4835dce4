import path from 'node:path';
import { installPackaged } from '../e2e/support/installPackaged';
import { ConversationPanel } from '../e2e/support/conversationPanel';
import { out } from '../support/paths';
import type { Row } from './row';
import { fullSpeed } from './workbenchAnswer';
import { opening } from './workbenchHistory';
import { lostInWorkbench } from './workbenchKills';

/** Starts a workbench with the VSIX that the `package` stage has made. */
export async function workbench(): Promise<readonly Row[]> {
  await installPackaged(path.join(out, 'holysheep-prompt.vsix'));
  const panel = await ConversationPanel.open();
  try {
    await panel.setKey();
    return [...(await fullSpeed(panel)), await opening(panel), await lostInWorkbench(panel)];
  } finally {
    await panel.close();
  }
}
