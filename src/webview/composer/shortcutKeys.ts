/**
 * Returns a tooltip with the keys of a button, as VS Code shows them.
 * @param key pressed together with Ctrl, or with Cmd on macOS
 */
export function withKeys(tooltip: string, key: string, { alt = false } = {}): string {
  const isMac = window.navigator.userAgent.includes('Mac');
  const modifiers = isMac ? `${alt ? '⌥' : ''}⌘` : `Ctrl+${alt ? 'Alt+' : ''}`;
  return `${tooltip} (${modifiers}${key})`;
}
