import { isPanelState } from '../panelState';
import type { PanelState } from '../protocol';
import type { DraftShelf } from './draftShelf';
import type { VsCodeApi } from './vscodeApi';

/** What this page has to say of itself. */
export type PageState = Omit<PanelState, 'conversationId' | 'at'>;

/**
 * What is kept of the page: by VS Code, which forgets it with the panel and writes it to disk now and then, and on the
 * shelf. Where the two differ, the later word counts.
 */
export class PageMemory {
  private conversationId: string;
  private earlier: PanelState | undefined;
  /** VS Code has it, and the host from there. */
  private readonly isSaved: boolean;

  /** @param now epoch milliseconds */
  constructor(
    private readonly api: Pick<VsCodeApi, 'getState' | 'setState'>,
    private readonly shelf: DraftShelf,
    private readonly now: () => number,
  ) {
    const state = api.getState();
    const saved = isPanelState(state) ? state : undefined;
    this.conversationId = saved?.conversationId ?? '';
    const shelved = saved && shelf.of(saved.conversationId);
    this.isSaved = !shelved || (shelved.at ?? 0) <= (saved.at ?? 0);
    this.earlier = this.isSaved ? saved : shelved;
  }

  /** What the page goes on from; undefined: nothing, or the conversation is there. */
  get before(): PanelState | undefined {
    return this.earlier;
  }

  /**
   * The conversation is there.
   * @returns what is still to be taken up of an earlier page of it: of the draft, what was composed and what is pending
   * nothing that this page has begun with, of its context nothing that the host has from VS Code
   */
  open(conversationId: string): PageState | undefined {
    const { earlier } = this;
    const isSame = conversationId === this.conversationId;
    this.earlier = undefined;
    this.conversationId = conversationId;
    if (!isSame) return leftBehind(this.shelf.of(conversationId));
    if (!earlier) return undefined;
    const begunWith = { draft: '', composed: undefined, more: undefined, pending: undefined };
    return { ...earlier, ...begunWith, context: this.isSaved ? undefined : earlier.context };
  }

  keep(page: PageState): void {
    const { conversationId, earlier } = this;
    const { place, edits, seen, unfolded } = earlier ?? {};
    const unseen = earlier && { place, edits, seen, ...(unfolded && { unfolded }) };
    const state: PanelState = { conversationId, at: this.now(), ...page, ...unseen };
    this.api.setState(state);
    if (conversationId !== '') this.shelf.put(state);
  }
}

/** A panel that is opened anew begins at the end, unless there is something to go on with. */
function leftBehind(state: PanelState | undefined): PageState | undefined {
  return state && isWriting(state) ? state : undefined;
}

function isWriting({ draft, edits = [], context = [], pending = [] }: PanelState): boolean {
  return draft !== '' || edits.length > 0 || context.length > 0 || pending.length > 0;
}
