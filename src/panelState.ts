/** What VS Code keeps of a panel. For both sides of the protocol; imports nobody. */

/**
 * Kept by VS Code over a reload: which conversation the panel shows. The text that nobody has sent yet is in the page's
 * `UnsentStore`.
 */
export interface PanelState {
  readonly conversationId: string;
}

/** It may be of another version. */
export function isPanelState(state: unknown): state is PanelState {
  return isFields(state) && isText(state['conversationId']);
}

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}
