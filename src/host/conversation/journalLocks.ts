import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../core/clock';
import { hasCode, unlessMissing } from './journalFolder';
import { privateFileMode, privateFolderMode } from './privateFiles';

/** An owner shows this often that it is alive. */
const beatMs = 4000;
/** One that has not shown it for so long is gone, or its machine was asleep. */
const staleMs = 15_000;
/** A machine that has woken up lets its owners beat before this is over. */
const secondLookMs = 6000;
/** A write that is under way when its lock is taken is over by then. */
const lastWriteMs = 300;

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Of one extension host: a pid comes back. */
  readonly token: string;
}

export interface JournalLocksDeps {
  readonly folder: string;
  readonly clock: Clock;
  /** Another window has taken a conversation over. */
  readonly onLost: (id: string) => void;
}

/**
 * Who may write a conversation where windows share a folder: whoever has `<id>.lock`. The file system decides, in one
 * step; a window that went away without a word is followed by the next that asks.
 */
export class JournalLocks {
  private readonly held = new Set<string>();
  private readonly me: Owner = { pid: process.pid, host: hostname(), token: randomUUID() };
  /**
   * The pending work on the lock of each conversation. It runs in order, so that a lock is neither taken nor shown to
   * be alive while it is being released.
   */
  private readonly work = new Map<string, Promise<unknown>>();
  private cancelBeat: (() => void) | undefined;

  constructor(private readonly deps: JournalLocksDeps) {}

  /** At the first look. @returns whether it is this window's now; false: another one's, or maybe */
  async takeFree(id: string): Promise<boolean> {
    return (await this.take(id)) || ((await this.isAbandoned(id)) && (await this.takeOver(id)));
  }

  /** May take seconds. @returns whether it is this window's now; false: another one's */
  async acquire(id: string): Promise<boolean> {
    if (await this.takeFree(id)) return true;
    const seenAt = await this.beatAt(id);
    if (seenAt !== undefined && Math.abs(this.deps.clock.now() - seenAt) < staleMs) return false;
    await new Promise<void>((resolve) => this.deps.clock.after(secondLookMs, resolve));
    return (await this.beatAt(id)) === seenAt && this.takeOver(id);
  }

  /**
   * Takes it from whoever has it, who notices before the next write. Its window may be long gone: a server keeps the
   * extension host of a window that was killed for hours.
   * @returns false: a third one has taken it meanwhile
   */
  async seize(id: string): Promise<boolean> {
    if (await this.take(id)) return true;
    await this.inOrder(id, async () => {
      // A lock that can't be taken does not prevent reading. Writing reports the problem.
      await this.write(id, 'w').catch(() => undefined);
      this.hold(id);
    });
    await new Promise<void>((resolve) => this.deps.clock.after(lastWriteMs, resolve));
    return this.isOurs(id);
  }

  /**
   * Looks whether another window has taken it meanwhile; a lock that is not there is nobody else's. Whether somebody had
   * it between two looks the file itself tells.
   */
  async isOurs(id: string): Promise<boolean> {
    return !this.held.has(id) || this.isStillOurs(id, await this.ownerOf(id));
  }

  /** The same as {@link isOurs}, for the exit of the extension host, which does not wait for asynchronous work. */
  isOursSync(id: string): boolean {
    return !this.held.has(id) || this.isStillOurs(id, this.ownerOfSync(id));
  }

  /** @returns false: it is another window's, or was */
  async take(id: string): Promise<boolean> {
    return this.inOrder(id, async () => {
      if (this.held.has(id)) return true;
      try {
        await this.write(id, 'wx');
      } catch (error) {
        if (hasCode(error, 'EEXIST')) return false;
        // Where a lock can't be written, a conversation can't be either. It can still be read, and writing it reports
        // the problem.
      }
      this.hold(id);
      return true;
    });
  }

  /** Never rejects. */
  async release(id: string): Promise<void> {
    if (!this.letGo(id)) return;
    await this.inOrder(id, async () => {
      if (!this.held.has(id) && this.isMine(await this.ownerOf(id))) await rm(this.path(id), { force: true });
      // A lock that can't be removed becomes stale.
    }).catch(() => undefined);
  }

  /** Releases a lock during the exit of the extension host, which does not wait for asynchronous work. */
  releaseSync(id: string): void {
    if (!this.letGo(id)) return;
    try {
      if (this.isMine(this.ownerOfSync(id))) rmSync(this.path(id), { force: true });
    } catch {
      // The lock stays and becomes stale.
    }
  }

  /** Returns false when the lock was not held. */
  private letGo(id: string): boolean {
    if (!this.held.delete(id)) return false;
    if (!this.held.size) {
      this.cancelBeat?.();
      this.cancelBeat = undefined;
    }
    return true;
  }

  private isStillOurs(id: string, owner: Owner | undefined): boolean {
    // The lock may have been released while its owner was looked up.
    if (!owner || this.isMine(owner) || !this.held.has(id)) return true;
    this.held.delete(id);
    this.deps.onLost(id);
    return false;
  }

  private isMine(owner: Owner | undefined): boolean {
    return owner?.token === this.me.token;
  }

  /** From one that is gone. */
  private async takeOver(id: string): Promise<boolean> {
    await this.inOrder(id, () => rm(this.path(id), { force: true }));
    return this.take(id);
  }

  private hold(id: string): void {
    this.held.add(id);
    this.cancelBeat ??= this.deps.clock.after(beatMs, () => this.beat());
  }

  private beat(): void {
    for (const id of this.held) {
      this.inOrder(id, () => this.showAlive(id)).catch(() => {
        // The next beat tries again.
      });
    }
    this.cancelBeat = this.held.size ? this.deps.clock.after(beatMs, () => this.beat()) : undefined;
  }

  private async showAlive(id: string): Promise<void> {
    const owner = await this.ownerOf(id);
    if (!this.held.has(id) || !this.isStillOurs(id, owner)) return;
    if (owner) await this.touch(id);
    else await this.write(id, 'w');
  }

  private async write(id: string, flag: 'w' | 'wx'): Promise<void> {
    // If the folder can't be created, writing the lock fails too, with an error that is not mistaken for a lock.
    await mkdir(this.deps.folder, { recursive: true, mode: privateFolderMode }).catch(() => undefined);
    const content = JSON.stringify(this.me);
    if (flag === 'wx') await writeFile(this.path(id), content, { flag, mode: privateFileMode });
    else await this.replace(this.path(id), content);
    await this.touch(id);
  }

  /** Whole or not at all: half a lock is nobody's, and two windows would take it for theirs. */
  private async replace(path: string, content: string): Promise<void> {
    const beside = `${path}.${this.me.token}`;
    try {
      await writeFile(beside, content, { mode: privateFileMode });
      await rename(beside, path);
    } catch (error) {
      await rm(beside, { force: true });
      throw error;
    }
  }

  private async touch(id: string): Promise<void> {
    const at = this.deps.clock.now() / 1000;
    await utimes(this.path(id), at, at);
  }

  private async inOrder<T>(id: string, work: () => Promise<T>): Promise<T> {
    const before = this.work.get(id) ?? Promise.resolve();
    const result = before.then(work, work);
    this.work.set(id, result);
    try {
      return await result;
    } finally {
      if (this.work.get(id) === result) this.work.delete(id);
    }
  }

  /** Its process is known to be gone; of another machine's nothing is known. */
  private async isAbandoned(id: string): Promise<boolean> {
    const owner = await this.ownerOf(id);
    if (owner?.host !== this.me.host) return false;
    try {
      process.kill(owner.pid, 0);
      return false;
    } catch (error) {
      return hasCode(error, 'ESRCH');
    }
  }

  /** Epoch milliseconds; undefined: there is no lock. */
  private async beatAt(id: string): Promise<number | undefined> {
    return (await stat(this.path(id)).catch(unlessMissing))?.mtimeMs;
  }

  /** @returns undefined where there is none, or a crash has left half of one */
  private async ownerOf(id: string): Promise<Owner | undefined> {
    return parseOwner(await readFile(this.path(id), 'utf8').catch(unlessMissing));
  }

  private ownerOfSync(id: string): Owner | undefined {
    try {
      return parseOwner(readFileSync(this.path(id), 'utf8'));
    } catch (error) {
      unlessMissing(error);
      return;
    }
  }

  private path(id: string): string {
    return join(this.deps.folder, `${id}.lock`);
  }
}

function parseOwner(content: string | undefined): Owner | undefined {
  if (content === undefined) return undefined;
  try {
    const owner: unknown = JSON.parse(content);
    return isOwner(owner) ? owner : undefined;
  } catch {
    return undefined;
  }
}

function isOwner(value: unknown): value is Owner {
  const { pid, host, token } = Object(value) as Partial<Record<keyof Owner, unknown>>;
  return Number.isSafeInteger(pid) && Number(pid) > 0 && typeof host === 'string' && typeof token === 'string';
}
