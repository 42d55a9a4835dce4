import { Mutex } from 'async-mutex';
import * as vscode from 'vscode';
import { firstChars } from '../../engine/text/surrogates';
import { maxImages } from '../../shared/imageLimits';
import { estimateImageTokens, type PromptImage } from '../../shared/images';
import { type Attachment, countLines, type DraftContext, estimateTokens } from '../../shared/protocol';
import { Listeners } from '../util/listeners';
import type { Log } from '../util/log';
import { UserError } from '../util/userError';
import { fileId } from './contextChoices';
import { contextId, parseContextId } from './contextId';
import { contextLimits } from './contextPrompt';
import type { ContextSource, DraftAttachment } from './contextSource';
import { decodeFile, type ImageFile } from './readContext';

/**
 * An attachment of the next prompt. After a reload of the window, the attachment is only an id until its text has been
 * read.
 */
type DraftEntry =
  | DraftAttachment
  | { readonly id: string; readonly attachment?: undefined; readonly image?: undefined };

/** The content of a draft's context items that is sent with the prompt. */
export interface TakenContext {
  readonly attachments: readonly Attachment[];
  readonly images: readonly PromptImage[];
}

/** The attachments of a conversation's next prompt. */
export class ContextDraft {
  private entries: readonly DraftEntry[] = [];
  /**
   * Lock that lets only one attachment be read at a time. The attachments therefore keep the order in which the user
   * has chosen them.
   */
  private readonly readLock = new Mutex();
  private readonly changeListeners = new Listeners<void>((error) => this.onError(error));
  readonly onDidChange = this.changeListeners.event;
  private readonly imageFileListeners = new Listeners<ImageFile>((error) => this.onError(error));
  /** Fires with the content of each image file that the user has chosen. The page must scale the image. */
  readonly onDidReadImageFile = this.imageFileListeners.event;

  constructor(
    private readonly source: ContextSource,
    private readonly log: Log,
    private readonly onError: (error: unknown) => void,
  ) {}

  items(): DraftContext[] {
    return this.entries.filter(isRead).map(({ id, attachment, image, realPath }) => {
      if (image) return { id, kind: 'image', ...image };
      const { kind, label, code, truncated = false } = attachment;
      return { id, kind, label, characters: code.length, lines: countLines(code), truncated, realPath };
    });
  }

  get hasImages(): boolean {
    return this.content().images.length > 0;
  }

  estimatedTokens(): number {
    const { attachments, images } = this.content();
    const textTokens = attachments.reduce((sum, { code }) => sum + estimateTokens(code), 0);
    return textTokens + estimateImageTokens(images);
  }

  /**
   * Returns the ids of attachments whose text has not been read since the window was reloaded, for example because the
   * editor has not reported the problems of a file yet. The ids are saved as well, so that the attachments survive a
   * second reload.
   */
  unread(): readonly string[] {
    return this.entries.filter((entry) => !isRead(entry)).map(({ id }) => id);
  }

  /**
   * Reads and attaches a context item. If the item is already attached, its content is updated.
   * @throws UserError when the item can't be read, or when the size limit is reached
   */
  async attach(id: string): Promise<void> {
    await this.readLock.runExclusive(async () => this.addOrThrow(await this.source.resolve(id, this.fireImageFile)));
  }

  /**
   * Saves and attaches an image.
   * @param replacedId id of an attached image whose place the new image takes
   * @throws UserError when the prompt has too many images
   */
  async attachImage(save: () => Promise<PromptImage>, replacedId?: string): Promise<void> {
    await this.readLock.runExclusive(async () => {
      const image = await save();
      const id = contextId({ kind: 'image', ...image });
      this.entries = this.entries.map((entry) => (entry.id === replacedId ? { ...entry, id } : entry));
      this.addOrThrow([{ id, image }]);
    });
  }

  /**
   * Attaches a file from another application, whose path is unknown. After a reload of the window, the file can't be
   * read again.
   * @throws UserError when the file is not text, or when the size limit is reached
   */
  async attachFile(name: string, data: Uint8Array): Promise<void> {
    await this.readLock.runExclusive(async () => {
      const id = fileId(vscode.Uri.from({ scheme: 'dropped', path: `/${name}` }));
      this.addOrThrow([{ id, attachment: await decodeFile(name, data) }]);
    });
  }

  /**
   * Reads and attaches files, for example files that the user has dropped on the page.
   * @throws UserError when the size limit is reached
   */
  async attachFiles(uris: readonly vscode.Uri[]): Promise<void> {
    await this.readLock.runExclusive(async () =>
      this.addOrThrow(await this.source.readFiles(uris, this.fireImageFile)),
    );
  }

  detach(id: string): void {
    const remaining = this.entries.filter((entry) => entry.id !== id);
    if (remaining.length === this.entries.length) return;
    this.entries = remaining;
    this.changeListeners.fire();
  }

  /**
   * Lets the user choose files to attach in a dialog. While the dialog is open, a prompt can be sent without the files.
   * @throws UserError when the size limit is reached
   */
  async browse(): Promise<void> {
    this.addOrThrow(await this.source.browse(this.fireImageFile));
  }

  /**
   * Waits until all attachments that the user has chosen so far have been read or have failed, so that a prompt can
   * include them.
   */
  async waitForReads(): Promise<void> {
    await this.readLock.waitForUnlock();
  }

  /**
   * Updates attached files and problems, because they might have changed since the user attached them. A selection
   * keeps its text, and an image its content. If an attachment can't be read, or its symbolic link now leads to a path
   * that the user has not seen, it also keeps its text.
   */
  async refresh(): Promise<void> {
    await this.waitForReads();
    const changeable = this.entries.filter(({ attachment, image }) => !image && attachment?.kind !== 'selection');
    await Promise.all(changeable.map(({ id }) => this.reread(id)));
  }

  /** Reads the attachments that have not been read since the window was reloaded. */
  async readPending(): Promise<void> {
    await Promise.all(this.unread().map((id) => this.reread(id)));
  }

  /** Returns all attachments for the prompt that is being sent, and removes them from the conversation's draft. */
  takeAll(): TakenContext {
    const content = this.content();
    if (this.entries.length > 0) {
      this.entries = [];
      this.changeListeners.fire();
    }
    return content;
  }

  /**
   * Restores the attachments from before a reload of the window, and reads their current content.
   * @param ids ids of the attachments
   */
  async restore(ids: readonly string[]): Promise<void> {
    const previous = this.entries;
    this.entries = ids.map((id) => previous.find((entry) => entry.id === id) ?? { id });
    if (previous.some(({ id }) => !ids.includes(id))) this.changeListeners.fire();
    await this.readPending();
  }

  private readonly fireImageFile = (file: ImageFile): void => this.imageFileListeners.fire(file);

  private content(): TakenContext {
    const read = this.entries.filter(isRead);
    return {
      attachments: read.flatMap(({ attachment }) => attachment ?? []),
      images: read.flatMap(({ image }) => image ?? []),
    };
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
      // An attached list of problems is kept even if it can't be read yet: after a reload, the editor needs some time
      // to report problems.
      if (this.unread().includes(id) && parseContextId(id)?.kind !== 'problems') this.detach(id);
    });
  }

  private addOrThrow(items: readonly DraftAttachment[]): void {
    if (this.add(items)) return;
    throw new UserError(vscode.l10n.t('This prompt has no room for more attachments. Remove an attachment first.'));
  }

  /** Adds or replaces attachments. Returns whether all of them fit within the size limit of the draft. */
  private add(items: readonly DraftAttachment[]): boolean {
    let fits = true;
    for (const item of items) {
      const otherEntries = this.entries.filter(({ id }) => id !== item.id);
      const fitted = fitInto(otherEntries.filter(isRead), item);
      fits &&= fitted !== undefined;
      if (!fitted) this.entries = otherEntries;
      else if (otherEntries.length === this.entries.length) this.entries = [...otherEntries, fitted];
      else this.entries = this.entries.map((entry) => (entry.id === item.id ? fitted : entry));
    }
    if (items.length > 0) this.changeListeners.fire();
    return fits;
  }
}

function isRead(entry: DraftEntry): entry is DraftAttachment {
  return (entry.attachment ?? entry.image) !== undefined;
}

/**
 * Returns a context item that fits into the draft beside the other items. A text is truncated if necessary. Returns
 * undefined if there is no room for the item.
 */
function fitInto(otherItems: readonly DraftAttachment[], item: DraftAttachment): DraftAttachment | undefined {
  if (item.image) return otherItems.filter(({ image }) => image).length < maxImages ? item : undefined;
  const length = otherItems.reduce((sum, { attachment }) => sum + (attachment?.code.length ?? 0), 0);
  const room = contextLimits.draft - length;
  const code = firstChars(item.attachment.code, Math.max(0, room));
  if (code === item.attachment.code) return item;
  return code === '' ? undefined : { ...item, attachment: { ...item.attachment, code, truncated: true } };
}
