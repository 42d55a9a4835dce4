/** Languages in which VS Code's Markdown extension makes link targets clickable, among them commands. */
const markdownLanguages: ReadonlySet<string> = new Set(['markdown', 'prompt', 'instructions', 'chatagent', 'skill']);

/**
 * Matches the scheme of a link target that VS Code opens from a Markdown editor without asking. After `](` or `[label]:`,
 * matches any scheme that is not for a web page or an e-mail. In angle brackets or in an HTML attribute, where a code
 * block may contain `<std::string>`, matches only `command:` and a scheme that is written with character references.
 */
const unconfirmedScheme = new RegExp(
  [
    String.raw`(?:\]\(\s*<?|\]:[ \t]*<?)(?!https?:|mailto:)[a-z-]{2,}(?=:)`,
    String.raw`<command(?=:)`,
    String.raw`\b(?:href|src|placeholder)=["'](?:command(?=:)|[a-z-]*(?=&))`,
  ].join('|'),
  'gi',
);

/** Adds a backslash after the scheme of each link that VS Code would open without asking, which disables the link. */
export function escapeUnconfirmedLinks(markdown: string): string {
  return markdown.replace(unconfirmedScheme, '$&\\');
}

/**
 * Returns the language for a document with text that the user has not checked yet: the given one, or `plaintext` if VS
 * Code would run commands from links in the text.
 */
export function languageWithoutCommands(languageId: string, text: string): string {
  const isSafe = !markdownLanguages.has(languageId) || escapeUnconfirmedLinks(text) === text;
  return isSafe ? languageId : 'plaintext';
}
