import { Mutex } from 'async-mutex';
import type { Localize } from '../../engine/engine';
import { beginning } from '../../engine/surrogates';
import type { Attachment, DraftContext } from '../../shared/protocol';
import { Listeners } from '../util/listeners';
import { UserError } from '../util/userError';
import { parseContextId } from './contextId';
import { contextLimits } from './contextPrompt';

export interface DraftAttachment {
  /** It can be read again by it, e.g. after a reload. */
  readonly id: string;
  readonly attachment: Attachment;
  /** Where a symbolic link leads, out of the workspace: see `outsideTarget`. */
  readonly realPath?: string | undefined;
}

interface ContextDraftDeps {
  readonly source: {
    /** @throws UserError when it can't be read. */
    resolve(id: string): Promise<readonly DraftAttachment[]>;
    pick(): Promise<readonly DraftAttachment[]>;
  };
  readonly localize: Localize;
  /** What was attached and can no longer be read. */
  readonly onSkipped: (id: string, error: unknown) => void;
  readonly onError: (error: unknown) => void;
}

/** The context of one conversation's next prompt. */
export class ContextDraft {
  private attached: readonly DraftAttachment[] = [];
  /** Attached before a reload, and still to be read: another reload must not lose them. */
  private pending: readonly string[] = [];
  /** Context is read one after the other, because it is shown in the order in which it was chosen. */
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
        return realPath === undefined ? item : { ...item, outside: realPath };
      },
    );
  }

  /** Ids of what comes back later, e.g. the problems of a file once the editor reports some. */
  unread(): readonly string[] {
    return this.pending;
  }

  /** What is there already is read anew. @throws UserError when it can't be read, or there is no room for all of it. */
  async attach(id: string): Promise<void> {
    if (!(await this.readLock.runExclusive(async () => this.add(await this.deps.source.resolve(id)))))
      throw this.createFullError();
  }

  detach(id: string): void {
    this.pending = this.pending.filter((waiting) => waiting !== id);
    const left = this.attached.filter((item) => item.id !== id);
    if (left.length === this.attached.length) return;
    this.attached = left;
    this.changeListeners.fire();
  }

  /** Lets the person choose; nothing is waited for meanwhile. @throws UserError when there is no room for all of it. */
  async pick(): Promise<void> {
    if (!this.add(await this.deps.source.pick())) throw this.createFullError();
  }

  /** Resolves when what was attached so far is there: whoever attaches and sends at once means both. */
  async waitForReads(): Promise<void> {
    // What fails has been told to whoever attached it.
    await this.readLock.waitForUnlock();
  }

  /**
   * Reads files and problems as they are now: they may have changed since they were attached. A selection stays what
   * was selected. An attachment that can't be read any more stays as it was. So does a file whose symbolic link now
   * leads to another place than the user has seen.
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

  /** Tries what could not be read yet; to be called when that may have changed. */
  async readPending(): Promise<void> {
    await Promise.all(this.pending.map((id) => this.restorePending(id)));
  }

  /** All of it, for the prompt that is being sent; the next one starts without. */
  takeAll(): Attachment[] {
    const taken = this.attached.map(({ attachment }) => attachment);
    if (taken.length === 0 && this.pending.length === 0) return taken;
    this.attached = [];
    this.pending = [];
    this.changeListeners.fire();
    return taken;
  }

  /** Brings back what was attached before a reload, read as it is now, and nothing else. */
  async restore(ids: readonly string[]): Promise<void> {
    const remaining = this.attached.filter(({ id }) => ids.includes(id));
    this.pending = ids.filter((id) => !remaining.some((item) => item.id === id));
    if (remaining.length < this.attached.length) {
      this.attached = remaining;
      this.changeListeners.fire();
    }
    await this.readPending();
  }

  /** The editor reports the problems of a file when it has looked at it: after a reload there are none at first. */
  private async restorePending(id: string): Promise<void> {
    const isWaiting = (): boolean => this.pending.includes(id);
    const isRead = await this.reread(id, isWaiting);
    if (!isWaiting() || (!isRead && parseContextId(id)?.kind === 'problems')) return;
    this.pending = this.pending.filter((other) => other !== id);
    this.changeListeners.fire();
  }

  /** @returns whether it can be read; it is added only if it is `wanted` then */
  private reread(id: string, wanted: (read: readonly DraftAttachment[]) => boolean): Promise<boolean> {
    return this.readLock.runExclusive(async () => {
      try {
        const read = await this.deps.source.resolve(id);
        if (wanted(read)) this.add(read);
        return true;
      } catch (error) {
        this.deps.onSkipped(id, error);
        return false;
      }
    });
  }

  /** @returns whether there was room for everything. */
  private add(items: readonly DraftAttachment[]): boolean {
    let fits = true;
    this.pending = this.pending.filter((waiting) => !items.some(({ id }) => id === waiting));
    for (const item of items) {
      const others = this.attached.filter(({ id }) => id !== item.id);
      const fitted = truncateToFit(item, contextLimits.draft - totalLength(others));
      if (!fitted) fits = false;
      else if (others.length === this.attached.length) this.attached = [...this.attached, fitted];
      else this.attached = this.attached.map((known) => (known.id === item.id ? fitted : known));
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

/** As much as there is room for; undefined: nothing of it. */
function truncateToFit(item: DraftAttachment, room: number): DraftAttachment | undefined {
  const code = beginning(item.attachment.code, Math.max(0, room));
  if (code === item.attachment.code) return item;
  return code === '' ? undefined : { id: item.id, attachment: { ...item.attachment, code, truncated: true } };
}
