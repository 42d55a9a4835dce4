import { Mutex } from 'async-mutex';
import type { Localize } from '../../engine/engine';
import { firstChars } from '../../engine/surrogates';
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
  readonly outside?: string | undefined;
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
  private held: readonly DraftAttachment[] = [];
  /** Attached before a reload, and still to be read: another reload must not lose them. */
  private waiting: readonly string[] = [];
  /** Context is read one after the other, because it is shown in the order in which it was chosen. */
  private readonly reading = new Mutex();
  private readonly changes: Listeners<void>;
  readonly onDidChange: Listeners<void>['event'];

  constructor(private readonly deps: ContextDraftDeps) {
    this.changes = new Listeners(deps.onError);
    this.onDidChange = this.changes.event;
  }

  items(): DraftContext[] {
    return this.held.map(({ id, attachment: { kind = 'selection', label, code, truncated = false }, outside }) => {
      return {
        id,
        kind,
        label,
        characters: code.length,
        truncated,
        ...(outside !== undefined && { realPath: outside }),
      };
    });
  }

  /** Ids of what comes back later, e.g. the problems of a file once the editor reports some. */
  unread(): readonly string[] {
    return this.waiting;
  }

  /** What is there already is read anew. @throws UserError when it can't be read, or there is no room for all of it. */
  async attach(id: string): Promise<void> {
    if (!(await this.reading.runExclusive(async () => this.add(await this.deps.source.resolve(id))))) throw this.full();
  }

  detach(id: string): void {
    this.waiting = this.waiting.filter((waiting) => waiting !== id);
    const left = this.held.filter((item) => item.id !== id);
    if (left.length === this.held.length) return;
    this.held = left;
    this.changes.fire();
  }

  /** Lets the person choose; nothing is waited for meanwhile. @throws UserError when there is no room for all of it. */
  async pick(): Promise<void> {
    if (!this.add(await this.deps.source.pick())) throw this.full();
  }

  /** Resolves when what was attached so far is there: whoever attaches and sends at once means both. */
  async settled(): Promise<void> {
    // What fails has been told to whoever attached it.
    await this.reading.waitForUnlock();
  }

  /**
   * Reads files and problems as they are now: they may have changed since they were attached. A selection stays what
   * was selected. An attachment that can't be read any more stays as it was. So does a file whose symbolic link now
   * leads to another place than the user has seen.
   */
  async refresh(): Promise<void> {
    await this.settled();
    const changeable = this.held.filter(({ attachment: { kind = 'selection' } }) => kind !== 'selection');
    await Promise.all([
      this.readWaiting(),
      ...changeable.map(({ id }) =>
        this.readAnew(id, ([read]) => this.held.some((item) => item.id === id && item.outside === read?.outside)),
      ),
    ]);
  }

  /** Tries what could not be read yet; to be called when that may have changed. */
  async readWaiting(): Promise<void> {
    await Promise.all(this.waiting.map((id) => this.bringBack(id)));
  }

  /** All of it, for the prompt that is being sent; the next one starts without. */
  take(): Attachment[] {
    const taken = this.held.map(({ attachment }) => attachment);
    if (taken.length === 0 && this.waiting.length === 0) return taken;
    this.held = [];
    this.waiting = [];
    this.changes.fire();
    return taken;
  }

  /** Brings back what was attached before a reload, read as it is now, and nothing else. */
  async restore(ids: readonly string[]): Promise<void> {
    const left = this.held.filter(({ id }) => ids.includes(id));
    this.waiting = ids.filter((id) => !left.some((item) => item.id === id));
    if (left.length < this.held.length) {
      this.held = left;
      this.changes.fire();
    }
    await this.readWaiting();
  }

  /** The editor reports the problems of a file when it has looked at it: after a reload there are none at first. */
  private async bringBack(id: string): Promise<void> {
    const isWaiting = (): boolean => this.waiting.includes(id);
    const isRead = await this.readAnew(id, isWaiting);
    if (!isWaiting() || (!isRead && parseContextId(id)?.kind === 'problems')) return;
    this.waiting = this.waiting.filter((other) => other !== id);
    this.changes.fire();
  }

  /** @returns whether it can be read; it is added only if it is `wanted` then */
  private readAnew(id: string, wanted: (read: readonly DraftAttachment[]) => boolean): Promise<boolean> {
    return this.reading.runExclusive(async () => {
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
    this.waiting = this.waiting.filter((waiting) => !items.some(({ id }) => id === waiting));
    for (const item of items) {
      const others = this.held.filter(({ id }) => id !== item.id);
      const fitted = fit(item, contextLimits.draft - sizeOf(others));
      if (!fitted) fits = false;
      else if (others.length === this.held.length) this.held = [...this.held, fitted];
      else this.held = this.held.map((known) => (known.id === item.id ? fitted : known));
    }
    if (items.length > 0) this.changes.fire();
    return fits;
  }

  private full(): UserError {
    return new UserError(this.deps.localize('This prompt has no room for more context. Remove some first.'));
  }
}

function sizeOf(items: readonly DraftAttachment[]): number {
  return items.reduce((sum, { attachment }) => sum + attachment.code.length, 0);
}

/** As much as there is room for; undefined: nothing of it. */
function fit(item: DraftAttachment, room: number): DraftAttachment | undefined {
  const code = firstChars(item.attachment.code, Math.max(0, room));
  if (code === item.attachment.code) return item;
  return code === '' ? undefined : { id: item.id, attachment: { ...item.attachment, code, truncated: true } };
}
