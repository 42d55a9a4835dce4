import { createHash } from 'node:crypto';
import { copyFileSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { draftImages, imagePath, type PromptImage } from '../../shared/images';
import { ignoreMissingFile, privateFolderMode, replaceFile } from '../util/files';

const folderEnding = '.images';
/** Time after which an image that was attached but never sent is deleted, in milliseconds. */
const draftRetentionMs = 7 * 24 * 60 * 60 * 1000;

/**
 * The image files of a workspace. Each conversation has a folder of its own for its images, and one folder contains the
 * images of prompts that were not sent yet.
 */
export class ImageStore {
  /** @param folder the folder with the journals of the conversations */
  constructor(readonly folder: string) {}

  /** Saves an image that the user has attached to a prompt. */
  async save(data: Uint8Array, image: Omit<PromptImage, 'hash' | 'bytes'>): Promise<PromptImage> {
    const hash = createHash('sha256').update(data).digest('hex');
    const saved = { ...image, hash, bytes: data.length };
    await mkdir(this.folderOf(draftImages), { recursive: true, mode: privateFolderMode });
    await replaceFile(this.pathOf(draftImages, saved), Buffer.from(data));
    return saved;
  }

  /**
   * Reads the content of an image.
   * @param owner the id of the conversation, or `draftImages`
   * @returns undefined if the file is missing, damaged or unreadable
   */
  read(owner: string, image: PromptImage): Buffer | undefined {
    try {
      return this.has(owner, image) ? readFileSync(this.pathOf(owner, image)) : undefined;
    } catch {
      return undefined;
    }
  }

  has(owner: string, image: PromptImage): boolean {
    const stats = statSync(this.pathOf(owner, image), { throwIfNoEntry: false });
    return stats?.isFile() === true && stats.size === image.bytes;
  }

  /**
   * Copies images into the folder of a conversation, from the drafts or from another conversation. Images that don't
   * exist any more or can't be copied are skipped: the prompt is sent anyway, and the page shows that their files are
   * missing. The method is synchronous, so that a prompt can be sent without waiting.
   */
  adopt(conversationId: string, images: readonly PromptImage[]): void {
    for (const image of images) {
      try {
        if (!this.has(conversationId, image)) this.copyInto(conversationId, image);
      } catch {
        continue;
      }
    }
  }

  private copyInto(conversationId: string, image: PromptImage): void {
    const owners = ownersIn(readdirSync(this.folder));
    const owner = [draftImages, ...owners].find((candidate) => this.has(candidate, image));
    if (owner === undefined) return;
    mkdirSync(this.folderOf(conversationId), { recursive: true, mode: privateFolderMode });
    const source = this.pathOf(owner, image);
    const copy = this.pathOf(conversationId, image);
    try {
      // A link needs no space on the disk, and the file remains until no conversation uses it any more.
      linkSync(source, copy);
    } catch {
      copyFileSync(source, copy);
    }
  }

  /** Deletes the images of a conversation, and the copies of these images that belong to drafts. */
  async delete(conversationId: string): Promise<void> {
    const folder = this.folderOf(conversationId);
    const drafts = (await namesIn(folder)).map((name) => join(this.folderOf(draftImages), name));
    for (const path of [...drafts, folder]) await rm(path, { recursive: true, force: true });
  }

  /**
   * Deletes old images of drafts, and folders whose conversation does not exist any more.
   * @param before a time in epoch milliseconds. Folders are deleted only if they were last changed before this time.
   * @param exists returns whether a conversation exists
   */
  async deleteStale(before: number, exists: (conversationId: string) => boolean): Promise<void> {
    for (const owner of ownersIn(await namesIn(this.folder))) {
      const isStale = owner !== draftImages && !exists(owner) && (await isOlder(this.folderOf(owner), before));
      if (isStale) await this.delete(owner).catch(() => undefined);
    }
    const drafts = this.folderOf(draftImages);
    for (const name of await namesIn(drafts)) {
      const path = join(drafts, name);
      if (await isOlder(path, before - draftRetentionMs)) await rm(path, { force: true }).catch(() => undefined);
    }
  }

  private folderOf(owner: string): string {
    return join(this.folder, `${owner}${folderEnding}`);
  }

  private pathOf(owner: string, image: PromptImage): string {
    return join(this.folder, imagePath(owner, image));
  }
}

/** Returns the owners of the image folders among the names of files and folders. */
function ownersIn(names: readonly string[]): readonly string[] {
  return names.filter((name) => name.endsWith(folderEnding)).map((name) => basename(name, folderEnding));
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(ignoreMissingFile)) ?? [];
}

/** Returns whether a file or folder was last changed before a time in epoch milliseconds. */
async function isOlder(path: string, before: number): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return stats !== undefined && stats.mtimeMs < before;
}
