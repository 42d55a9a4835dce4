import type { StoredUnsent } from '../../shared/unsent';
import { ContextDraft } from '../context/contextDraft';
import type { PanelServices, PrefilledPrompt } from './panelServices';

/**
 * What the user is preparing in a conversation. A draft outlives its panel, so that another panel can show it, for
 * example after the conversation has moved to the side bar.
 */
export class Draft {
  readonly context: ContextDraft;
  /**
   * Whether the context items have changed since the window was opened. If so, the items that a page stored before a
   * reload are not restored.
   */
  hasContextChanged = false;
  /** Copy of the unsent text of the last page. */
  unsent: StoredUnsent | undefined;
  /**
   * Prefilled prompts that wait for the first snapshot of a page. They are sent right after the snapshot, because
   * snapshots don't contain them.
   */
  private prefills: readonly PrefilledPrompt[] = [];

  constructor({ contextSource, log, onError }: PanelServices) {
    this.context = new ContextDraft(contextSource, log, onError);
  }

  addPrefill(prefilled: PrefilledPrompt): void {
    this.prefills = [...this.prefills, prefilled];
  }

  takePrefills(): readonly PrefilledPrompt[] {
    const taken = this.prefills;
    this.prefills = [];
    return taken;
  }
}
