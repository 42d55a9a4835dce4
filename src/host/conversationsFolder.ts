import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Where the conversations of a workspace are. VS Code gives a second window of it, and one that comes back while a server
 * still keeps the extension host of the window that was killed, a storage of its own: `<workspace>-1` beside
 * `<workspace>`. What was said is the workspace's, whichever of its windows it was said in.
 * @param storage of this extension for the workspace: `…/workspaceStorage/<workspace>/<extension>`
 */
export function conversationsFolder(storage: string, exists: (path: string) => boolean = existsSync): string {
  const workspace = dirname(storage);
  const first = /^(.+)-\d{1,2}$/.exec(basename(workspace))?.[1];
  const shared = first === undefined ? workspace : join(dirname(workspace), first);
  return join(exists(shared) ? shared : workspace, basename(storage), 'conversations');
}
