import { Mutex } from 'async-mutex';
import type { Localize } from '../../engine/engine';
import { firstChars } from '../../engine/text/surrogates';
import type { Attachment, DraftContext } from '../../shared/protocol';
import { Listeners } from '../util/listeners';
import { UserError } from '../util/userError';
import { parseContextId } from './contextId';
import { contextLimits } from './contextPrompt';

/** An attachment of the next prompt. */
export interface DraftAttachment {
  /** Id by which the attachment can be read again, e.g. after a reload. See `contextId`. */
  readonly id: string;
  readonly attachment: Attachment;
  /** Real path of a file that is outside the workspace because of a symbolic link. See `outsideTarget`. */
  readonly realPath?: string | undefined;
}

interface ContextDraftDeps {
  readonly source: {
    /**
     * Reads the attachments of a context id.
     * @throws UserError when an attachment can't be read
     */
    resolve(id: string): Promise<readonly DraftAttachment[]>;
    /** Lets the user choose attachments from a list, and reads them. */
    pick(): Promise<readonly DraftAttachment[]>;
  };
  readonly localize: Localize;
  /** Called with the id of an attachment that can no longer be read. */
  readonly onSkipped: (id: string, error: unknown) => void;
  readonly onError: (error: unknown) => void;
}

/** The attachments of the next prompt of one conversation. */
export class ContextDraft {
  private attached: readonly DraftAttachment[] = [];
  /**
   * Ids of attachments from before a reload of the window that have not been read yet. They must not be lost in another
   * reload.
   */
  private pending: readonly string[] = [];
  /** Ensures that attachments are read one at a time, so that they stay in the order in which the user chose them. */
  private readonly readLock = new Mutex();
  private readonly changeListeners: Listeners<void>;
  readonly onDidChange: Listeners<void>['event'];

  constructor(private readonly deps: ContextDraftDeps) {
    this.changeListeners = new Listeners(deps.onError);
    this.onDidChange = this.changeListeners.event;
  }

  items(): DraftContext[] {
    return this.attached.map(
      ({ id, attachment: { kind = 'selection', label, code, truncated = false }, realPath }): DraftContext => {
        const item = { id, kind, label, characters: code.length, truncated };
        return realPath === undefined ? item : { ...item, realPath };
      },
    );
  }

  /**
   * Returns the ids of attachments that could not be restored yet, e.g. because the editor has not reported the
   * problems of a file yet.
   */
  unread(): readonly string[] {
    return this.pending;
  }

  /**
   * Reads and attaches a context item. An item that is already attached is read again.
   * @throws UserError when the item can't be read, or when the size limit is reached
   */
  async attach(id: string): Promise<void> {
    if (!(await this.readLock.runExclusive(async () => this.add(await this.deps.source.resolve(id)))))
      throw this.createFullError();
  }

  detach(id: string): void {
    this.pending = this.pending.filter((pendingId) => pendingId !== id);
    const remaining = this.attached.filter((item) => item.id !== id);
    if (remaining.length === this.attached.length) return;
    this.attached = remaining;
    this.changeListeners.fire();
  }

  /**
   * Lets the user choose attachments from a list. Sending a prompt does not wait until the user closes this list.
   * @throws UserError when the size limit is reached
   */
  async pick(): Promise<void> {
    if (!this.add(await this.deps.source.pick())) throw this.createFullError();
  }

  /**
   * Resolves when all attachments chosen so far have been read, so that a prompt that is sent immediately includes
   * them.
   */
  async waitForReads(): Promise<void> {
    // Resolves even if an item can't be read. Its error is thrown by `attach`, or is passed to `onSkipped`.
    await this.readLock.waitForUnlock();
  }

  /**
   * Reads files and problems again, because they may have changed since they were attached. A selection is not read
   * again. An attachment also stays unchanged when it can no longer be read, or when its symbolic link now leads to a
   * different path than the user has seen.
   */
  async refresh(): Promise<void> {
    await this.waitForReads();
    const changeable = this.attached.filter(({ attachment: { kind = 'selection' } }) => kind !== 'selection');
    await Promise.all([
      this.readPending(),
      ...changeable.map(({ id }) =>
        this.reread(id, ([read]) => this.attached.some((item) => item.id === id && item.realPath === read?.realPath)),
      ),
    ]);
  }

  /** Tries again to read the pending attachments, which could not be read after a reload. */
  async readPending(): Promise<void> {
    await Promise.all(this.pending.map((id) => this.restorePending(id)));
  }

  /** Returns all attachments for the prompt that is being sent, and removes them from the draft. */
  takeAll(): Attachment[] {
    const attachments = this.attached.map(({ attachment }) => attachment);
    if (attachments.length === 0 && this.pending.length === 0) return attachments;
    this.attached = [];
    this.pending = [];
    this.changeListeners.fire();
    return attachments;
  }

  /** Replaces the attachments with those from before a reload, and reads their current content. */
  async restore(ids: readonly string[]): Promise<void> {
    const remaining = this.attached.filter(({ id }) => ids.includes(id));
    this.pending = ids.filter((id) => !remaining.some((item) => item.id === id));
    if (remaining.length < this.attached.length) {
      this.attached = remaining;
      this.changeListeners.fire();
    }
    await this.readPending();
  }

  /**
   * Reads one attachment from before a reload. A list of problems that can't be read stays pending, because the editor
   * reports problems only some time after a reload.
   */
  private async restorePending(id: string): Promise<void> {
    const isPending = (): boolean => this.pending.includes(id);
    const isRead = await this.reread(id, isPending);
    if (!isPending() || (!isRead && parseContextId(id)?.kind === 'problems')) return;
    this.pending = this.pending.filter((pendingId) => pendingId !== id);
    this.changeListeners.fire();
  }

  /** Reads an attachment and adds it if `isWanted` still returns true. Resolves to whether it could be read. */
  private reread(id: string, isWanted: (read: readonly DraftAttachment[]) => boolean): Promise<boolean> {
    return this.readLock.runExclusive(async () => {
      try {
        const read = await this.deps.source.resolve(id);
        if (isWanted(read)) this.add(read);
        return true;
      } catch (error) {
        this.deps.onSkipped(id, error);
        return false;
      }
    });
  }

  /** Adds or replaces attachments. Returns whether all of them fit within the size limit. */
  private add(items: readonly DraftAttachment[]): boolean {
    let fits = true;
    this.pending = this.pending.filter((pendingId) => !items.some(({ id }) => id === pendingId));
    for (const item of items) {
      const otherItems = this.attached.filter(({ id }) => id !== item.id);
      const fitted = truncateToFit(item, contextLimits.draft - totalLength(otherItems));
      if (!fitted) fits = false;
      else if (otherItems.length === this.attached.length) this.attached = [...this.attached, fitted];
      else this.attached = this.attached.map((existing) => (existing.id === item.id ? fitted : existing));
    }
    if (items.length > 0) this.changeListeners.fire();
    return fits;
  }

  private createFullError(): UserError {
    return new UserError(this.deps.localize('This prompt has no room for more context. Remove some first.'));
  }
}

function totalLength(items: readonly DraftAttachment[]): number {
  return items.reduce((sum, { attachment }) => sum + attachment.code.length, 0);
}

/**
 * Returns the attachment, truncated to the available number of characters, or undefined if there is no space for it.
 */
function truncateToFit(item: DraftAttachment, room: number): DraftAttachment | undefined {
  const code = firstChars(item.attachment.code, Math.max(0, room));
  if (code === item.attachment.code) return item;
  return code === '' ? undefined : { id: item.id, attachment: { ...item.attachment, code, truncated: true } };
}
