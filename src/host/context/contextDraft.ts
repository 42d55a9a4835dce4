import { Mutex } from 'async-mutex';
import * as vscode from 'vscode';
import { firstChars } from '../../engine/text/surrogates';
import { type Attachment, countLines, type DraftContext, estimateTokens } from '../../shared/protocol';
import { Listeners } from '../util/listeners';
import type { Log } from '../util/log';
import { UserError } from '../util/userError';
import { parseContextId } from './contextId';
import { contextLimits } from './contextPrompt';
import type { ContextSource, DraftAttachment } from './contextSource';

/** An attachment, or only its id while it has not been read again after a reload of the window. */
type DraftEntry = DraftAttachment | { readonly id: string; readonly attachment?: undefined };

/** The attachments of the next prompt of one conversation. */
export class ContextDraft {
  private entries: readonly DraftEntry[] = [];
  /** Reads attachments one at a time, so that they stay in the order in which the user chose them. */
  private readonly readLock = new Mutex();
  private readonly changeListeners = new Listeners<void>((error) => this.onError(error));
  readonly onDidChange = this.changeListeners.event;

  constructor(
    private readonly source: ContextSource,
    private readonly log: Log,
    private readonly onError: (error: unknown) => void,
  ) {}

  items(): DraftContext[] {
    return this.entries.filter(isRead).map(({ id, attachment, realPath }) => {
      const { kind, label, code, truncated = false } = attachment;
      return { id, kind, label, characters: code.length, lines: countLines(code), truncated, realPath };
    });
  }

  estimatedTokens(): number {
    return this.entries.filter(isRead).reduce((sum, { attachment }) => sum + estimateTokens(attachment.code), 0);
  }

  /**
   * Returns the ids of attachments that have not been read again after a reload, e.g. because the editor has not
   * reported the problems of a file yet. They must not be lost in another reload.
   */
  unread(): readonly string[] {
    return this.entries.filter((entry) => !isRead(entry)).map(({ id }) => id);
  }

  /**
   * Reads and attaches a context item. An item that is already attached is read again.
   * @throws UserError when the item can't be read, or when the size limit is reached
   */
  async attach(id: string): Promise<void> {
    await this.readLock.runExclusive(async () => this.addOrThrow(await this.source.resolve(id)));
  }

  detach(id: string): void {
    const remaining = this.entries.filter((entry) => entry.id !== id);
    if (remaining.length === this.entries.length) return;
    this.entries = remaining;
    this.changeListeners.fire();
  }

  /**
   * Lets the user choose files in a dialog. Sending a prompt does not wait until the user closes this dialog.
   * @throws UserError when the size limit is reached
   */
  async browse(): Promise<void> {
    this.addOrThrow(await this.source.browse());
  }

  /** Resolves when all attachments chosen so far have been read or have failed, so that a prompt can include them. */
  async waitForReads(): Promise<void> {
    await this.readLock.waitForUnlock();
  }

  /**
   * Reads files and problems again, because they may have changed since they were attached. A selection is not read
   * again. An attachment also stays unchanged when it can no longer be read, or when its symbolic link now leads to a
   * different path than the user has seen.
   */
  async refresh(): Promise<void> {
    await this.waitForReads();
    const changeable = this.entries.filter((entry) => !isRead(entry) || isChangeable(entry.attachment));
    await Promise.all(changeable.map(({ id }) => this.reread(id)));
  }

  /** Tries again to read the attachments that could not be read after a reload. */
  async readPending(): Promise<void> {
    await Promise.all(this.unread().map((id) => this.reread(id)));
  }

  /** Returns all attachments for the prompt that is being sent, and removes them from the draft. */
  takeAll(): Attachment[] {
    if (this.entries.length === 0) return [];
    const attachments = this.entries.filter(isRead).map(({ attachment }) => attachment);
    this.entries = [];
    this.changeListeners.fire();
    return attachments;
  }

  /** Replaces the attachments with those from before a reload, and reads their current content. */
  async restore(ids: readonly string[]): Promise<void> {
    const previous = this.entries;
    this.entries = ids.map((id) => previous.find((entry) => entry.id === id) ?? { id });
    if (previous.some(({ id }) => !ids.includes(id))) this.changeListeners.fire();
    await this.readPending();
  }

  private reread(id: string): Promise<void> {
    return this.readLock.runExclusive(async () => {
      try {
        const read = await this.source.resolve(id);
        const entry = this.entries.find((candidate) => candidate.id === id);
        if (entry && (!isRead(entry) || entry.realPath === read[0]?.realPath)) this.add(read);
      } catch (error) {
        this.log.warn(`Context ${id} was skipped: ${String(error)}`);
      }
      // Keeps a list of problems, because the editor reports problems only some time after a reload.
      if (this.unread().includes(id) && parseContextId(id)?.kind !== 'problems') this.detach(id);
    });
  }

  private addOrThrow(items: readonly DraftAttachment[]): void {
    if (this.add(items)) return;
    throw new UserError(vscode.l10n.t('This prompt has no room for more context. Remove some first.'));
  }

  /** Adds or replaces attachments. Returns whether all of them fit within the size limit. */
  private add(items: readonly DraftAttachment[]): boolean {
    let fits = true;
    for (const item of items) {
      const others = this.entries.filter(({ id }) => id !== item.id);
      const fitted = truncateToFit(item, contextLimits.draft - totalLength(others.filter(isRead)));
      fits &&= fitted !== undefined;
      if (!fitted) this.entries = others;
      else if (others.length === this.entries.length) this.entries = [...others, fitted];
      else this.entries = this.entries.map((entry) => (entry.id === item.id ? fitted : entry));
    }
    if (items.length > 0) this.changeListeners.fire();
    return fits;
  }
}

function isRead(entry: DraftEntry): entry is DraftAttachment {
  return entry.attachment !== undefined;
}

function isChangeable({ kind }: Attachment): boolean {
  return kind !== 'selection';
}

function totalLength(items: readonly DraftAttachment[]): number {
  return items.reduce((sum, { attachment }) => sum + attachment.code.length, 0);
}

/** Returns the attachment, truncated to `room` characters, or undefined if nothing of it fits. */
function truncateToFit(item: DraftAttachment, room: number): DraftAttachment | undefined {
  const code = firstChars(item.attachment.code, Math.max(0, room));
  if (code === item.attachment.code) return item;
  return code === '' ? undefined : { id: item.id, attachment: { ...item.attachment, code, truncated: true } };
}
