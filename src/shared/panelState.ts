import * as v from 'valibot';

/**
 * What VS Code keeps of a panel over a reload: which conversation it shows. The text that nobody has sent yet is in the
 * page's `UnsentStore`.
 */
export interface PanelState {
  readonly conversationId: string;
}

const panelState = v.object({ conversationId: v.string() });

/** The state may have been stored by another version of the extension. */
export function isPanelState(state: unknown): state is PanelState {
  return v.is(panelState, state);
}
