import type { Store } from '../conversation/promptHistoryStore';

const key = 'holysheep.shownConversations';

/**
 * What the panels of this window show, for an extension host that follows one which died: the window lives on, its
 * panels have nobody to talk to, and VS Code restores none of them.
 */
export class ShownConversations {
  /** Ids of what the host before this one has left in panels of what may be the same window. */
  readonly orphaned: readonly string[];

  /** @param session of the window: the same when only the extension host is a new one, and maybe after a reload */
  constructor(
    private readonly memory: Store,
    private readonly session: string,
    private readonly onError: (error: unknown) => void,
  ) {
    const kept = memory.get(key);
    this.orphaned = isOf(kept, session) ? kept.ids : [];
  }

  remember(ids: readonly string[]): void {
    this.memory.update(key, { session: this.session, ids }).then(undefined, this.onError);
  }
}

function isOf(value: unknown, session: string): value is { readonly ids: readonly string[] } {
  const { session: of, ids } = Object(value) as Partial<Record<'session' | 'ids', unknown>>;
  return of === session && Array.isArray(ids) && ids.every((id) => typeof id === 'string');
}
