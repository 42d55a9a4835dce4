/** VS Code makes links of `[text](target)` in a notification, of commands too: what others have written has none. */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}
