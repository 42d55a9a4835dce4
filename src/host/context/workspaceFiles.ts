import * as vscode from 'vscode';
import { resultWithin } from '../util/systemClock';

const maxResults = 200;
const timeoutMs = 1000;

/** Searches the workspace for files by name. A new search cancels the previous search. */
export class WorkspaceFiles {
  private search: vscode.CancellationTokenSource | undefined;

  /**
   * Returns the files whose path contains `query`. Returns an empty list if the search times out or another search
   * starts.
   */
  async find(query: string): Promise<readonly vscode.Uri[]> {
    this.search?.cancel();
    const search = new vscode.CancellationTokenSource();
    this.search = search;
    const found = vscode.workspace.findFiles(fileGlob(query), excludeGlob(), maxResults, search.token);
    const files = await resultWithin(timeoutMs, Promise.resolve(found));
    if (files !== 'late') return files;
    search.cancel();
    return [];
  }
}

/**
 * Returns a glob for the files that VS Code's search excludes. Without this glob, `findFiles` would also search folders
 * such as `node_modules`.
 */
function excludeGlob(): string | undefined {
  const patterns = ['files', 'search'].flatMap((section) =>
    excludedPatterns(vscode.workspace.getConfiguration(section).get('exclude')),
  );
  return patterns.length > 0 ? `{${patterns.join(',')}}` : undefined;
}

/** Returns a glob for the files whose path contains `query`. Upper and lower case are equivalent. */
export function fileGlob(query: string): string {
  const parts = query.split(/[\\/]+/);
  const name = parts.pop() ?? '';
  const folders = parts.map((part) => `*${caseInsensitiveGlob(part)}*/`).join('');
  return `**/${folders}${name ? `*${caseInsensitiveGlob(name)}*` : '*'}`;
}

/** Returns the enabled glob patterns of a setting such as `files.exclude`. */
export function excludedPatterns(setting: unknown): readonly string[] {
  if (typeof setting !== 'object' || setting === null) return [];
  // All patterns are combined in one glob group (`{a,b}`). Groups can't be nested, so patterns with braces or commas
  // are omitted. Patterns that depend on sibling files are omitted too, because a glob can't express them.
  return Object.entries(setting)
    .filter(([pattern, value]) => value === true && !/[{},]/.test(pattern))
    .map(([pattern]) => pattern);
}

function caseInsensitiveGlob(text: string): string {
  return Array.from(text, (letter) => {
    const [lower, upper] = [letter.toLowerCase(), letter.toUpperCase()];
    if (lower !== upper && lower.length === 1 && upper.length === 1) return `[${lower}${upper}]`;
    // Replaces each character that has a meaning in globs by `?`, which matches any character.
    return /[*?[\]{}!,^]/.test(letter) ? '?' : letter;
  }).join('');
}
