/** Language IDs for which VS Code's Markdown extension makes link targets clickable. Such a link can run a command. */
const markdownLanguages: ReadonlySet<string> = new Set(['markdown', 'prompt', 'instructions', 'chatagent', 'skill']);

/**
 * Matches the scheme of a Markdown link that VS Code would open without asking the user. After `](` or `[label]:`, this
 * is every scheme except `http`, `https` and `mailto`. In angle brackets and HTML attributes, only `command:` and
 * schemes with HTML character references match, because code can contain text such as `<std::string>`.
 */
const unconfirmedScheme = new RegExp(
  [
    String.raw`(?:\]\(\s*<?|\]:[ \t]*<?)(?!https?:|mailto:)[a-z-]{2,}(?=:)`,
    String.raw`<command(?=:)`,
    String.raw`\b(?:href|src|placeholder)=["'](?:command(?=:)|[a-z-]*(?=&))`,
  ].join('|'),
  'gi',
);

/**
 * Adds a backslash after the scheme of each link that VS Code would open without asking the user. The backslash
 * disables the link.
 */
export function escapeUnconfirmedLinks(markdown: string): string {
  return markdown.replace(unconfirmedScheme, '$&\\');
}

/**
 * Returns the language ID for a new document whose text the user has not checked yet: `plaintext` if links in the text
 * could run commands, otherwise the given language ID.
 */
export function languageWithoutCommands(languageId: string, text: string): string {
  const isSafe = !markdownLanguages.has(languageId) || escapeUnconfirmedLinks(text) === text;
  return isSafe ? languageId : 'plaintext';
}
