import type { StoredUnsent } from '../../shared/unsent';
import { ContextDraft } from '../context/contextDraft';
import type { PanelServices, PrefilledPrompt } from './panelServices';

/**
 * The unsent input of a conversation: text, context items and prefilled prompts. The draft is kept when the panel is
 * closed or moved.
 */
export class Draft {
  readonly context: ContextDraft;
  /**
   * Whether the context items have changed since the window was opened. If so, the items that a page stored before a
   * reload are not restored.
   */
  hasContextChanged = false;
  /**
   * Prefilled prompts that wait for the first snapshot of a page. They are sent right after the snapshot, because
   * snapshots don't contain them.
   */
  private prefills: readonly PrefilledPrompt[] = [];

  /**
   * @param unsent copy of the unsent text of the last page
   * @param onTextChange called when a page has sent another copy
   */
  constructor(
    { contextSource, log, onError }: Omit<PanelServices, 'panels'>,
    private readonly onTextChange: () => void,
    public unsent?: StoredUnsent,
  ) {
    this.context = new ContextDraft(contextSource, log, onError);
  }

  copyUnsent(unsent: StoredUnsent): void {
    this.unsent = unsent;
    this.onTextChange();
  }

  addPrefill(prefilled: PrefilledPrompt): void {
    this.prefills = [...this.prefills, prefilled];
  }

  takePrefills(): readonly PrefilledPrompt[] {
    const { prefills } = this;
    this.prefills = [];
    return prefills;
  }
}
