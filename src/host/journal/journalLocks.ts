import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Mutex } from 'async-mutex';
import type { Clock } from '../../engine/clock';
import { hasCode, privateFileMode, privateFolderMode, replaceFile, unlessMissing } from '../util/files';

/** The holder of a lock looks this often whether another window asks for it. */
const pollIntervalMs = 1000;
/** At every fourth look it shows that it is alive. */
const pollsPerTouch = 4;
/** A holder that has been silent for this long is gone, or its machine was asleep. */
const staleAfterMs = 15_000;
/** A machine that has woken up lets its holders touch their locks before this is over. */
const confirmStaleMs = 6000;
/** After this time, a write that was under way when its lock was taken away is over, and the last window to take it has it. */
const settleMs = 300;
/** A window that has asked for a lock tries to take it this often. */
const requestRetryMs = 250;

interface LockOwner {
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
  private readonly heldIds = new Set<string>();
  private readonly self: LockOwner = { pid: process.pid, host: hostname(), token: randomUUID() };
  /** A lock is neither taken nor touched while it is being released. */
  private readonly mutex = new Mutex();
  private pollCount = 0;
  private cancelPoll: (() => void) | undefined;

  constructor(private readonly deps: JournalLocksDeps) {}

  /** Takes a lock that nobody has, or whose process is gone. Resolves to whether this window has it now. */
  async acquireIfFree(id: string): Promise<boolean> {
    return (await this.acquireUnowned(id)) || ((await this.isAbandoned(id)) && (await this.forceAcquire(id)));
  }

  /** As `takeFree`, also from a window that has been silent: it may still be alive, and finds out before it writes. */
  async acquireIfStale(id: string): Promise<boolean> {
    return (await this.acquireIfFree(id)) || ((await this.isStale(id)) && (await this.forceAcquire(id)));
  }

  /** As `takeFree`, also from a window that has been silent and stays so for some seconds. */
  async acquire(id: string): Promise<boolean> {
    if (await this.acquireIfFree(id)) return true;
    if (!(await this.isStale(id))) return false;
    const seenAt = await this.touchedAt(id);
    await this.delay(confirmStaleMs);
    return (await this.touchedAt(id)) === seenAt && this.forceAcquire(id);
  }

  /**
   * Asks the window that has the lock to release it. A window that does not answer for 15 s loses it all the same.
   * Resolves to false when a third window gets the lock: that one has not been asked.
   */
  async requestHandOver(id: string): Promise<boolean> {
    const asked = await this.ownerOf(id);
    // Where the request can't be written, the lock is seized in the end.
    await this.replace(this.requestPath(id)).catch(() => undefined);
    const askedAt = this.deps.clock.ticks();
    while (!(await this.acquireIfFree(id))) {
      const owner = await this.ownerOf(id);
      if (owner && owner.token !== asked?.token) return false;
      if (this.deps.clock.ticks() - askedAt >= staleAfterMs) return this.forceAcquire(id);
      await this.delay(requestRetryMs);
    }
    return true;
  }

  /** Whether another window has the lock, as far as is known. */
  async isHeldElsewhere(id: string): Promise<boolean> {
    const isHeld = !this.heldIds.has(id) && (await this.touchedAt(id)) !== undefined;
    return isHeld && !(await this.isAbandoned(id));
  }

  /**
   * Whether this window has the lock. A lock of this window that is missing belongs to no other window. What happened
   * between two calls shows only in the size of the conversation's file.
   */
  async isOurs(id: string): Promise<boolean> {
    return this.heldIds.has(id) && this.checkStillOurs(id, await this.ownerOf(id));
  }

  /**
   * For the exit of the extension host, which does not wait for asynchronous work: whether no other window has taken the
   * lock. That of a conversation whose first line has still to be written may not be there yet.
   */
  isOursSync(id: string): boolean {
    return !this.heldIds.has(id) || this.checkStillOurs(id, this.ownerOfSync(id));
  }

  /** Takes a lock that nobody has. Resolves to whether this window has it now. */
  async acquireUnowned(id: string): Promise<boolean> {
    return this.mutex.runExclusive(async () => {
      if (this.heldIds.has(id)) return true;
      try {
        await this.write(id, 'wx');
      } catch (error) {
        if (hasCode(error, 'EEXIST')) return false;
        // Where a lock can't be written, a conversation can't be either. It can still be read, and writing it reports
        // the problem.
      }
      await this.startHolding(id);
      return true;
    });
  }

  /** Never rejects. */
  async release(id: string): Promise<void> {
    if (!this.stopHolding(id)) return;
    await this.mutex
      .runExclusive(async () => {
        if (!this.heldIds.has(id) && this.isMine(await this.ownerOf(id))) await rm(this.path(id), { force: true });
      })
      // A lock that can't be removed is silent from now on.
      .catch(() => undefined);
  }

  /** Releases a lock during the exit of the extension host, which does not wait for asynchronous work. */
  releaseSync(id: string): void {
    if (!this.stopHolding(id)) return;
    try {
      if (this.isMine(this.ownerOfSync(id))) rmSync(this.path(id), { force: true });
    } catch {
      // The lock stays, and is silent from now on.
    }
  }

  /** Takes a lock away from a window that is gone, or that may be alive. Two windows may do so at once. */
  private async forceAcquire(id: string): Promise<boolean> {
    await this.mutex.runExclusive(async () => {
      // A lock that can't be taken does not prevent reading. Writing reports the problem.
      await this.write(id, 'w').catch(() => undefined);
      await this.startHolding(id);
    });
    await this.delay(settleMs);
    return this.isOurs(id);
  }

  /** Returns false when the lock was not held. */
  private stopHolding(id: string): boolean {
    if (!this.heldIds.delete(id)) return false;
    if (!this.heldIds.size) {
      this.cancelPoll?.();
      this.cancelPoll = undefined;
    }
    return true;
  }

  private checkStillOurs(id: string, owner: LockOwner | undefined): boolean {
    // The lock may have been released while its owner was looked up.
    if (!owner || this.isMine(owner)) return true;
    if (!this.heldIds.has(id)) return false;
    this.heldIds.delete(id);
    this.deps.onLost(id);
    return false;
  }

  private isMine(owner: LockOwner | undefined): boolean {
    return owner?.token === this.self.token;
  }

  private async startHolding(id: string): Promise<void> {
    this.heldIds.add(id);
    this.cancelPoll ??= this.deps.clock.after(pollIntervalMs, () => this.poll());
    // An earlier request has been granted, or its window is gone.
    await rm(this.requestPath(id), { force: true }).catch(() => undefined);
  }

  private poll(): void {
    const isTouch = ++this.pollCount % pollsPerTouch === 0;
    for (const id of this.heldIds) {
      this.mutex
        .runExclusive(async () => {
          if (isTouch) await this.refreshLock(id);
          const isRequested = await stat(this.requestPath(id)).catch(unlessMissing);
          if (isRequested && this.heldIds.has(id)) this.deps.onRequested(id);
        })
        .catch(() => {
          // The next look tries again.
        });
    }
    this.cancelPoll = this.heldIds.size ? this.deps.clock.after(pollIntervalMs, () => this.poll()) : undefined;
  }

  private async refreshLock(id: string): Promise<void> {
    const owner = await this.ownerOf(id);
    if (!this.heldIds.has(id) || !this.checkStillOurs(id, owner)) return;
    if (owner) await this.touch(id);
    else await this.write(id, 'w');
  }

  private async write(id: string, flag: 'w' | 'wx'): Promise<void> {
    // If the folder can't be created, writing the lock fails too, with an error that is not mistaken for a lock.
    await mkdir(this.deps.folder, { recursive: true, mode: privateFolderMode }).catch(() => undefined);
    if (flag === 'wx') await writeFile(this.path(id), JSON.stringify(this.self), { flag, mode: privateFileMode });
    // Half a lock would belong to nobody, and two windows would take it.
    else await this.replace(this.path(id));
    await this.touch(id);
  }

  private async replace(path: string): Promise<void> {
    await replaceFile(path, JSON.stringify(this.self), { beside: `${path}.${this.self.token}` });
  }

  private async touch(id: string): Promise<void> {
    const at = this.deps.clock.now() / 1000;
    await utimes(this.path(id), at, at);
  }

  private async delay(ms: number): Promise<void> {
    await new Promise<void>((resolve) => this.deps.clock.after(ms, resolve));
  }

  /** Whether its process is known to be gone; of a process on another machine nothing is known. */
  private async isAbandoned(id: string): Promise<boolean> {
    const owner = await this.ownerOf(id);
    if (owner?.host !== this.self.host) return false;
    try {
      process.kill(owner.pid, 0);
      return false;
    } catch (error) {
      return hasCode(error, 'ESRCH');
    }
  }

  /** Whether nobody has touched the lock for a while. */
  private async isStale(id: string): Promise<boolean> {
    const touchedAt = await this.touchedAt(id);
    return touchedAt === undefined || Math.abs(this.deps.clock.now() - touchedAt) >= staleAfterMs;
  }

  /** Epoch milliseconds; undefined: there is no lock. */
  private async touchedAt(id: string): Promise<number | undefined> {
    return (await stat(this.path(id)).catch(unlessMissing))?.mtimeMs;
  }

  /** @returns undefined where there is none, or a crash has left half of one */
  private async ownerOf(id: string): Promise<LockOwner | undefined> {
    return parseOwner(await readFile(this.path(id), 'utf8').catch(unlessMissing));
  }

  private ownerOfSync(id: string): LockOwner | undefined {
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

function parseOwner(content: string | undefined): LockOwner | undefined {
  if (content === undefined) return undefined;
  try {
    const owner: unknown = JSON.parse(content);
    return isOwner(owner) ? owner : undefined;
  } catch {
    return undefined;
  }
}

function isOwner(value: unknown): value is LockOwner {
  const { pid, host, token } = Object(value) as Partial<Record<keyof LockOwner, unknown>>;
  return Number.isSafeInteger(pid) && Number(pid) > 0 && typeof host === 'string' && typeof token === 'string';
}
