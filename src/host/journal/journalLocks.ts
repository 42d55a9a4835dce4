import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Mutex } from 'async-mutex';
import type { Clock } from '../../engine/clock';
import { hasCode, privateFileMode, privateFolderMode, replaceFile, ignoreMissingFile } from '../util/files';

/** Interval at which the window that has a lock checks whether another window requests the lock, in milliseconds. */
const pollIntervalMs = 1000;
/**
 * Interval at which a window touches its lock file to show that the window is alive, in multiples of
 * {@link pollIntervalMs}.
 */
const pollsPerTouch = 4;
/**
 * Time after which an untouched lock is stale, in milliseconds. Either the window that has a stale lock no longer
 * exists, or its machine was asleep.
 */
const staleAfterMs = 15_000;
/**
 * Time for which another window watches a stale lock before it takes the lock, in milliseconds. After a machine has
 * woken up, the locks of its windows look stale. These windows touch their locks within this time and so keep them.
 */
const confirmStaleMs = 6000;
/**
 * Time between taking a lock from another window and checking which window has it, in milliseconds. Meanwhile, the
 * running writes of the other window finish. If several windows take the lock, the last one keeps it.
 */
const settleMs = 300;
/** Interval at which a window that has requested a lock tries to acquire it, in milliseconds. */
const requestRetryMs = 250;

interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** A random id of the extension host, because the operating system reuses process ids. */
  readonly token: string;
}

interface JournalLocksDeps {
  readonly folder: string;
  readonly clock: Clock;
  /** Called when another window has taken a lock that this window did not touch in time. */
  readonly onLost: (id: string) => void;
  /** Called repeatedly while another window requests the conversation, until this window has released the lock. */
  readonly onRequested: (id: string) => void;
}

/**
 * Decides which window may write a conversation: the window that has created the file `<id>.lock`. The file is created
 * atomically, so only one window succeeds. To request the lock, another window creates `<id>.lock.request`. The window
 * that has the lock then releases it. The lock of a process that no longer exists can be taken immediately.
 */
export class JournalLocks {
  private readonly heldIds = new Set<string>();
  private readonly self: LockOwner = { pid: process.pid, host: hostname(), token: randomUUID() };
  /** Prevents a lock from being acquired or touched while it is being released. */
  private readonly mutex = new Mutex();
  private pollCount = 0;
  private cancelPoll: (() => void) | undefined;

  constructor(private readonly deps: JournalLocksDeps) {}

  /** Acquires a lock unless a running process has it. Resolves to whether this window has the lock now. */
  async acquireIfFree(id: string): Promise<boolean> {
    return (await this.acquireUnowned(id)) || ((await this.isAbandoned(id)) && (await this.forceAcquire(id)));
  }

  /**
   * Does the same as `acquireIfFree`, but also takes a stale lock. If the window that had the lock is still alive, it
   * notices the loss before it writes.
   */
  async acquireIfStale(id: string): Promise<boolean> {
    return (await this.acquireIfFree(id)) || ((await this.isStale(id)) && (await this.forceAcquire(id)));
  }

  /** Does the same as `acquireIfFree`, but takes over a stale lock if nobody touches it for a few more seconds. */
  async acquire(id: string): Promise<boolean> {
    if (await this.acquireIfFree(id)) return true;
    if (!(await this.isStale(id))) return false;
    const touchedAt = await this.touchedAt(id);
    await this.delay(confirmStaleMs);
    return (await this.touchedAt(id)) === touchedAt && this.forceAcquire(id);
  }

  /**
   * Asks the window that has the lock to release it, and acquires the lock. If the window does not release the lock
   * within {@link staleAfterMs}, the lock is taken from it. Resolves to false when a third window acquires the lock
   * first, because that window was not asked to release it.
   */
  async requestHandOver(id: string): Promise<boolean> {
    const holder = await this.ownerOf(id);
    // Ignores a failure to write the request for the lock, because the lock is taken after `staleAfterMs` anyway.
    await this.replace(this.requestPath(id)).catch(() => undefined);
    const requestedAt = this.deps.clock.monotonicNow();
    while (!(await this.acquireIfFree(id))) {
      const owner = await this.ownerOf(id);
      if (owner && owner.token !== holder?.token) return false;
      if (this.deps.clock.monotonicNow() - requestedAt >= staleAfterMs) return this.forceAcquire(id);
      await this.delay(requestRetryMs);
    }
    return true;
  }

  /** Returns whether another window has the lock. A window on another machine is assumed to be running. */
  async isHeldElsewhere(id: string): Promise<boolean> {
    const isHeld = !this.heldIds.has(id) && (await this.touchedAt(id)) !== undefined;
    return isHeld && !(await this.isAbandoned(id));
  }

  /**
   * Returns whether this window still has the lock. A missing lock file counts as still locked by this window, because
   * no other window has the lock now. This does not detect a window that has acquired and released the lock between two
   * calls. Only the size of the conversation's file reveals such a window.
   */
  async isOurs(id: string): Promise<boolean> {
    return this.heldIds.has(id) && this.checkStillOurs(id, await this.ownerOf(id));
  }

  /**
   * Returns synchronously whether no other window has taken the lock. This is for the exit of the extension host, which
   * does not wait for asynchronous work. Also returns true for a new conversation that has no lock yet.
   */
  isOursSync(id: string): boolean {
    return !this.heldIds.has(id) || this.checkStillOurs(id, this.ownerOfSync(id));
  }

  /** Acquires a lock that does not exist. Resolves to whether this window has the lock now. */
  async acquireUnowned(id: string): Promise<boolean> {
    return this.mutex.runExclusive(async () => {
      if (this.heldIds.has(id)) return true;
      try {
        await this.write(id, 'wx');
      } catch (error) {
        if (hasCode(error, 'EEXIST')) return false;
        // Ignores the error: if the lock can't be written, the conversation can't be written either. The conversation
        // can still be read, and writing it reports the problem.
      }
      await this.startHolding(id);
      return true;
    });
  }

  /** Releases a lock. Never rejects. */
  async release(id: string): Promise<void> {
    if (!this.stopHolding(id)) return;
    await this.mutex
      .runExclusive(async () => {
        if (!this.heldIds.has(id) && this.isMine(await this.ownerOf(id))) await rm(this.path(id), { force: true });
      })
      // A lock that can't be removed becomes stale.
      .catch(() => undefined);
  }

  /** Releases a lock during the exit of the extension host, which does not wait for asynchronous work. */
  releaseSync(id: string): void {
    if (!this.stopHolding(id)) return;
    try {
      if (this.isMine(this.ownerOfSync(id))) rmSync(this.path(id), { force: true });
    } catch {
      // A lock that can't be removed becomes stale.
    }
  }

  /**
   * Takes a lock from another window, which may still be alive. Resolves to false when a third window has taken the
   * lock at the same time.
   */
  private async forceAcquire(id: string): Promise<boolean> {
    await this.mutex.runExclusive(async () => {
      // Ignores a failure to write the lock file, because a lock that can't be taken must not prevent the conversation
      // from being read. The problem is reported when the conversation is written.
      await this.write(id, 'w').catch(() => undefined);
      await this.startHolding(id);
    });
    await this.delay(settleMs);
    return this.isOurs(id);
  }

  /**
   * Stops touching a lock and stops checking whether another window requests it.
   * @returns false when this window did not have the lock
   */
  private stopHolding(id: string): boolean {
    if (!this.heldIds.delete(id)) return false;
    if (!this.heldIds.size) {
      this.cancelPoll?.();
      this.cancelPoll = undefined;
    }
    return true;
  }

  private checkStillOurs(id: string, owner: LockOwner | undefined): boolean {
    // Does not report the lock as lost if this window itself has released it while the lock file was being read.
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
    // Removes an existing request for a lock that has just been acquired: either the request has been granted, or the
    // window that made the request no longer exists.
    await rm(this.requestPath(id), { force: true }).catch(() => undefined);
  }

  private poll(): void {
    const isTouch = ++this.pollCount % pollsPerTouch === 0;
    for (const id of this.heldIds) {
      this.mutex
        .runExclusive(async () => {
          if (isTouch) await this.refreshLock(id);
          const isRequested = await stat(this.requestPath(id)).catch(ignoreMissingFile);
          if (isRequested && this.heldIds.has(id)) this.deps.onRequested(id);
        })
        .catch(() => {
          // The next poll tries again.
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
    // Ignores a failure to create the folder, because writing the lock then fails too, with an error that can't be
    // mistaken for an existing lock.
    await mkdir(this.deps.folder, { recursive: true, mode: privateFolderMode }).catch(() => undefined);
    if (flag === 'wx') await writeFile(this.path(id), JSON.stringify(this.self), { flag, mode: privateFileMode });
    // Replaces the file atomically, because a partly written lock would name no window, and two windows could take it.
    else await this.replace(this.path(id));
    await this.touch(id);
  }

  private async replace(path: string): Promise<void> {
    await replaceFile(path, JSON.stringify(this.self), { beside: `${path}.${this.self.token}` });
  }

  private async touch(id: string): Promise<void> {
    const seconds = this.deps.clock.now() / 1000;
    await utimes(this.path(id), seconds, seconds);
  }

  private async delay(ms: number): Promise<void> {
    await new Promise<void>((resolve) => this.deps.clock.after(ms, resolve));
  }

  /**
   * Returns whether the process that has the lock no longer exists. Returns false for a process on another machine,
   * because it can't be checked.
   */
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

  /** Returns whether the lock does not exist or has not been touched for {@link staleAfterMs}. */
  private async isStale(id: string): Promise<boolean> {
    const touchedAt = await this.touchedAt(id);
    return touchedAt === undefined || Math.abs(this.deps.clock.now() - touchedAt) >= staleAfterMs;
  }

  /**
   * Returns the time at which the lock was last touched, in epoch milliseconds, or `undefined` when there is no lock.
   */
  private async touchedAt(id: string): Promise<number | undefined> {
    return (await stat(this.path(id)).catch(ignoreMissingFile))?.mtimeMs;
  }

  /**
   * Returns the process that has a lock.
   * @returns undefined when there is no lock, or when a crash has left the lock file incomplete
   */
  private async ownerOf(id: string): Promise<LockOwner | undefined> {
    return parseOwner(await readFile(this.path(id), 'utf8').catch(ignoreMissingFile));
  }

  private ownerOfSync(id: string): LockOwner | undefined {
    try {
      return parseOwner(readFileSync(this.path(id), 'utf8'));
    } catch (error) {
      ignoreMissingFile(error);
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
