import * as v from 'valibot';
import type { Clock } from '../../engine/clock';
import { parseUnsent } from '../../shared/unsent';
import type { Conversation } from '../conversation/conversation';
import type { StateStore } from '../util/stateStore';
import { parseOrUndefined } from '../util/validation';
import { Draft } from './draft';
import type { PanelServices } from './panelServices';

const storeKey = 'holysheep.unsent';
/** Time after which changed text is stored, in milliseconds. */
const saveDelayMs = 500;
/** If another conversation replaces an empty conversation in the view, the draft of the empty one gets this key. */
const emptyKey = '';

/**
 * The drafts of all conversations. Their text is also stored in the workspace state, because a page can't read the text
 * that a page in another location has stored before a reload.
 */
export class Drafts {
  /** Drafts, keyed by the ids of their conversations. */
  private readonly drafts: Map<string, Draft>;
  private cancelSave: (() => void) | undefined;

  constructor(
    private readonly store: StateStore,
    private readonly clock: Clock,
    private readonly services: Omit<PanelServices, 'panels'>,
  ) {
    const records = parseOrUndefined(v.record(v.string(), v.unknown()), store.get(storeKey)) ?? {};
    this.drafts = new Map(
      Object.entries(records).flatMap(([id, record]) => {
        const unsent = parseUnsent(record, clock.now());
        return unsent ? [[id, new Draft(services, this.saveLater, unsent)]] : [];
      }),
    );
  }

  of({ id, tree }: Conversation): Draft {
    const keptDraft = isEmpty(tree) ? this.drafts.get(emptyKey) : undefined;
    const draft = this.drafts.get(id) ?? keptDraft ?? new Draft(this.services, this.saveLater);
    if (draft === keptDraft) this.drafts.delete(emptyKey);
    this.drafts.set(id, draft);
    return draft;
  }

  /**
   * Keeps the draft of a conversation for the next empty conversation, if the conversation is empty. Users can't find an
   * empty conversation in the history.
   */
  keepEmpty({ id, tree }: Conversation): void {
    const draft = this.drafts.get(id);
    if (!draft || !isEmpty(tree)) return;
    this.drafts.set(emptyKey, draft);
    this.delete([id]);
  }

  delete(ids: readonly string[]): void {
    for (const id of ids) if (this.drafts.delete(id)) this.saveLater();
  }

  /** Stores the text that has changed since the text was stored last. */
  async flush(): Promise<void> {
    if (!this.cancelSave) return;
    this.cancelSave();
    this.cancelSave = undefined;
    const records = [...this.drafts].filter(([, { unsent }]) => unsent?.changedAt !== undefined);
    await this.store.update(storeKey, Object.fromEntries(records.map(([id, { unsent }]) => [id, unsent])));
  }

  private readonly saveLater = (): void => {
    this.cancelSave ??= this.clock.callAfter(saveDelayMs, () => {
      this.flush().catch(this.services.onError);
    });
  };
}

function isEmpty(tree: Conversation['tree']): boolean {
  return tree.isEmpty && tree.title === undefined;
}
