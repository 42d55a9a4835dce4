import * as vscode from 'vscode';
import { excludedPatterns, fileGlob } from './fileGlob';

/** Finds files of the workspace by name; a search ends the one before it. */
export class WorkspaceFiles {
  private searching: vscode.CancellationTokenSource | undefined;

  /** Some of those with `query` in their path; none when it takes too long or another search begins. */
  async find(query: string, limit: number, patienceMs: number): Promise<readonly vscode.Uri[]> {
    this.searching?.cancel();
    const search = new vscode.CancellationTokenSource();
    this.searching = search;
    const timer = setTimeout(() => search.cancel(), patienceMs);
    const ended = new Promise<readonly vscode.Uri[]>((resolve) => {
      search.token.onCancellationRequested(() => resolve([]));
    });
    try {
      return await Promise.race([vscode.workspace.findFiles(fileGlob(query), excludes(), limit, search.token), ended]);
    } finally {
      clearTimeout(timer);
      if (this.searching === search) this.searching = undefined;
      search.dispose();
    }
  }
}

/** What the search of VS Code leaves out, too: `findFiles` itself would look into `node_modules`. */
function excludes(): string | undefined {
  const patterns = ['files', 'search'].flatMap((section) =>
    excludedPatterns(vscode.workspace.getConfiguration(section).get('exclude')),
  );
  return patterns.length > 0 ? `{${patterns.join(',')}}` : undefined;
}
