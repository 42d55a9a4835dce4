import * as vscode from 'vscode';

/** Finds files of the workspace by name; a search ends the one before it. */
export class WorkspaceFiles {
  private currentSearch: vscode.CancellationTokenSource | undefined;

  /** Some of those with `query` in their path; none when it takes too long or another search begins. */
  async find(query: string, limit: number, timeoutMs: number): Promise<readonly vscode.Uri[]> {
    this.currentSearch?.cancel();
    const search = new vscode.CancellationTokenSource();
    this.currentSearch = search;
    const timer = setTimeout(() => search.cancel(), timeoutMs);
    const cancelled = new Promise<readonly vscode.Uri[]>((resolve) => {
      search.token.onCancellationRequested(() => resolve([]));
    });
    try {
      return await Promise.race([
        vscode.workspace.findFiles(fileGlob(query), excludeGlob(), limit, search.token),
        cancelled,
      ]);
    } finally {
      clearTimeout(timer);
      if (this.currentSearch === search) this.currentSearch = undefined;
      search.dispose();
    }
  }
}

/** What the search of VS Code leaves out, too: `findFiles` itself would look into `node_modules`. */
function excludeGlob(): string | undefined {
  const patterns = ['files', 'search'].flatMap((section) =>
    excludedPatterns(vscode.workspace.getConfiguration(section).get('exclude')),
  );
  return patterns.length > 0 ? `{${patterns.join(',')}}` : undefined;
}

/** Files whose path has `query` in it, in any case. */
export function fileGlob(query: string): string {
  const parts = query.split(/[\\/]+/);
  const name = parts.pop() ?? '';
  const folders = parts.map((part) => `*${caseInsensitiveGlob(part)}*/`).join('');
  return `**/${folders}${name ? `*${caseInsensitiveGlob(name)}*` : '*'}`;
}

/** Patterns of a setting such as `files.exclude` that are on. */
export function excludedPatterns(setting: unknown): readonly string[] {
  if (typeof setting !== 'object' || setting === null) return [];
  // Groups can't be nested, and a condition on siblings can't be said in one pattern.
  return Object.entries(setting)
    .filter(([pattern, on]) => on === true && !/[{},]/.test(pattern))
    .map(([pattern]) => pattern);
}

function caseInsensitiveGlob(text: string): string {
  return Array.from(text, (letter) => {
    const [lower, upper] = [letter.toLowerCase(), letter.toUpperCase()];
    if (lower !== upper && lower.length === 1 && upper.length === 1) return `[${lower}${upper}]`;
    // What means something in a pattern stands for any one character.
    return /[*?[\]{}!,^]/.test(letter) ? '?' : letter;
  }).join('');
}
