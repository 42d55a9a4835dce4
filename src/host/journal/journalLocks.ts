import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Mutex } from 'async-mutex';
import type { Clock } from '../../engine/clock';
import { hasCode, privateFileMode, privateFolderMode, replaceFile, unlessMissing } from '../util/files';

/** The holder of a lock looks this often whether another window asks for it. */
const lookMs = 1000;
/** At every fourth look it shows that it is alive. */
const looksPerTouch = 4;
/** A holder that has been silent for this long is gone, or its machine was asleep. */
const silentMs = 15_000;
/** A machine that has woken up lets its holders touch their locks before this is over. */
const secondLookMs = 6000;
/** After this time, a write that was under way when its lock was taken away is over, and the last window to take it has it. */
const settledMs = 300;
/** A window that has asked for a lock tries to take it this often. */
const tryMs = 250;

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Of one extension host: a pid comes back. */
  readonly token: string;
}

interface JournalLocksDeps {
  readonly folder: string;
  readonly clock: Clock;
  /** Another window has taken the lock away, because this one was silent for too long. */
  readonly onLost: (id: string) => void;
  /** Another window asks for the conversation; called again until the lock is released. */
  readonly onRequested: (id: string) => void;
}

/**
 * Decides which window may write a conversation: the one that has `<id>.lock`. Creating the file is one atomic step. A
 * window asks for the lock of another one by `<id>.lock.request`, and the other one then releases the lock. The lock of a
 * process that is gone can be taken at once.
 */
export class JournalLocks {
  private readonly held = new Set<string>();
  private readonly me: Owner = { pid: process.pid, host: hostname(), token: randomUUID() };
  /** A lock is neither taken nor touched while it is being released. */
  private readonly mutex = new Mutex();
  private looks = 0;
  private cancelLook: (() => void) | undefined;

  constructor(private readonly deps: JournalLocksDeps) {}

  /** Takes a lock that nobody has, or whose process is gone. Resolves to whether this window has it now. */
  async takeFree(id: string): Promise<boolean> {
    return (await this.take(id)) || ((await this.isAbandoned(id)) && (await this.seize(id)));
  }

  /** As `takeFree`, also from a window that has been silent: it may still be alive, and finds out before it writes. */
  async takeSilent(id: string): Promise<boolean> {
    return (await this.takeFree(id)) || ((await this.isSilent(id)) && (await this.seize(id)));
  }

  /** As `takeFree`, also from a window that has been silent and stays so for some seconds. */
  async acquire(id: string): Promise<boolean> {
    if (await this.takeFree(id)) return true;
    if (!(await this.isSilent(id))) return false;
    const seenAt = await this.touchedAt(id);
    await this.wait(secondLookMs);
    return (await this.touchedAt(id)) === seenAt && this.seize(id);
  }

  /**
   * Asks the window that has the lock to release it. A window that does not answer for 15 s loses it all the same.
   * Resolves to false when a third window gets the lock: that one has not been asked.
   */
  async request(id: string): Promise<boolean> {
    const asked = await this.ownerOf(id);
    // Where the request can't be written, the lock is seized in the end.
    await this.replace(this.requestPath(id)).catch(() => undefined);
    const askedAt = this.deps.clock.ticks();
    while (!(await this.takeFree(id))) {
      const owner = await this.ownerOf(id);
      if (owner && owner.token !== asked?.token) return false;
      if (this.deps.clock.ticks() - askedAt >= silentMs) return this.seize(id);
      await this.wait(tryMs);
    }
    return true;
  }

  /** Whether another window has the lock, as far as is known. */
  async isHeldElsewhere(id: string): Promise<boolean> {
    const isHeld = !this.held.has(id) && (await this.touchedAt(id)) !== undefined;
    return isHeld && !(await this.isAbandoned(id));
  }

  /**
   * Whether this window has the lock. A lock of this window that is missing belongs to no other window. What happened
   * between two calls shows only in the size of the conversation's file.
   */
  async isOurs(id: string): Promise<boolean> {
    return this.held.has(id) && this.isStillOurs(id, await this.ownerOf(id));
  }

  /**
   * For the exit of the extension host, which does not wait for asynchronous work: whether no other window has taken the
   * lock. That of a conversation whose first line has still to be written may not be there yet.
   */
  isOursSync(id: string): boolean {
    return !this.held.has(id) || this.isStillOurs(id, this.ownerOfSync(id));
  }

  /** Takes a lock that nobody has. Resolves to whether this window has it now. */
  async take(id: string): Promise<boolean> {
    return this.mutex.runExclusive(async () => {
      if (this.held.has(id)) return true;
      try {
        await this.write(id, 'wx');
      } catch (error) {
        if (hasCode(error, 'EEXIST')) return false;
        // Where a lock can't be written, a conversation can't be either. It can still be read, and writing it reports
        // the problem.
      }
      await this.hold(id);
      return true;
    });
  }

  /** Never rejects. */
  async release(id: string): Promise<void> {
    if (!this.letGo(id)) return;
    await this.mutex
      .runExclusive(async () => {
        if (!this.held.has(id) && this.isMine(await this.ownerOf(id))) await rm(this.path(id), { force: true });
      })
      // A lock that can't be removed is silent from now on.
      .catch(() => undefined);
  }

  /** Releases a lock during the exit of the extension host, which does not wait for asynchronous work. */
  releaseSync(id: string): void {
    if (!this.letGo(id)) return;
    try {
      if (this.isMine(this.ownerOfSync(id))) rmSync(this.path(id), { force: true });
    } catch {
      // The lock stays, and is silent from now on.
    }
  }

  /** Takes a lock away from a window that is gone, or that may be alive. Two windows may do so at once. */
  private async seize(id: string): Promise<boolean> {
    await this.mutex.runExclusive(async () => {
      // A lock that can't be taken does not prevent reading. Writing reports the problem.
      await this.write(id, 'w').catch(() => undefined);
      await this.hold(id);
    });
    await this.wait(settledMs);
    return this.isOurs(id);
  }

  /** Returns false when the lock was not held. */
  private letGo(id: string): boolean {
    if (!this.held.delete(id)) return false;
    if (!this.held.size) {
      this.cancelLook?.();
      this.cancelLook = undefined;
    }
    return true;
  }

  private isStillOurs(id: string, owner: Owner | undefined): boolean {
    // The lock may have been released while its owner was looked up.
    if (!owner || this.isMine(owner)) return true;
    if (!this.held.has(id)) return false;
    this.held.delete(id);
    this.deps.onLost(id);
    return false;
  }

  private isMine(owner: Owner | undefined): boolean {
    return owner?.token === this.me.token;
  }

  private async hold(id: string): Promise<void> {
    this.held.add(id);
    this.cancelLook ??= this.deps.clock.after(lookMs, () => this.look());
    // An earlier request has been granted, or its window is gone.
    await rm(this.requestPath(id), { force: true }).catch(() => undefined);
  }

  private look(): void {
    const isTouch = ++this.looks % looksPerTouch === 0;
    for (const id of this.held) {
      this.mutex
        .runExclusive(async () => {
          if (isTouch) await this.showAlive(id);
          const isRequested = await stat(this.requestPath(id)).catch(unlessMissing);
          if (isRequested && this.held.has(id)) this.deps.onRequested(id);
        })
        .catch(() => {
          // The next look tries again.
        });
    }
    this.cancelLook = this.held.size ? this.deps.clock.after(lookMs, () => this.look()) : undefined;
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
    if (flag === 'wx') await writeFile(this.path(id), JSON.stringify(this.me), { flag, mode: privateFileMode });
    // Half a lock would belong to nobody, and two windows would take it.
    else await this.replace(this.path(id));
    await this.touch(id);
  }

  private async replace(path: string): Promise<void> {
    await replaceFile(path, JSON.stringify(this.me), { beside: `${path}.${this.me.token}` });
  }

  private async touch(id: string): Promise<void> {
    const at = this.deps.clock.now() / 1000;
    await utimes(this.path(id), at, at);
  }

  private async wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => this.deps.clock.after(ms, resolve));
  }

  /** Whether its process is known to be gone; of a process on another machine nothing is known. */
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

  /** Whether nobody has touched the lock for a while. */
  private async isSilent(id: string): Promise<boolean> {
    const touchedAt = await this.touchedAt(id);
    return touchedAt === undefined || Math.abs(this.deps.clock.now() - touchedAt) >= silentMs;
  }

  /** Epoch milliseconds; undefined: there is no lock. */
  private async touchedAt(id: string): Promise<number | undefined> {
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

  private requestPath(id: string): string {
    return `${this.path(id)}.request`;
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
