import { randomUUID } from 'node:crypto';
import { lstatSync, readFileSync, rmSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Clock } from '../../engine/clock';
import { hasCode, ignoreMissingFile, privateFileMode, readRegularFile } from './files';

/**
 * Time between stealing a lock and using it, in milliseconds. In this time, the previous owner can finish its running
 * writes.
 */
const settleMs = 300;
const maxOwnerBytes = 64 * 1024;

/**
 * A lock in the form of a file that names its owner, a process. The owner keeps the lock until the owner releases it or
 * another process steals it. The owner must therefore call `acquire` before each use. If the owner has exited, the lock
 * is free.
 */
export class FileLock {
  /** Content of the lock file while this process owns the lock: process id, name of the machine and a random token. */
  private readonly owner = `${process.pid} ${hostname()} ${randomUUID()}`;
  private wasAcquired = false;

  /**
   * Creates a lock that is not acquired yet.
   * @param path path of the lock file; the folder must exist
   */
  constructor(
    private readonly path: string,
    private readonly clock: Clock,
  ) {}

  /**
   * Acquires the lock, or checks that this process still owns it. A lock that was lost is never acquired again.
   * @returns whether this process owns the lock
   * @throws the error of the file system
   */
  async acquire(): Promise<boolean> {
    if (this.wasAcquired) return !(await this.isLost());
    try {
      await writeFile(this.path, this.owner, { flag: 'wx', mode: privateFileMode });
      this.wasAcquired = true;
      return true;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) {
        // If writing fails, for example because the disk is full, the lock file is removed. A lock file without content
        // would name no owner.
        await rm(this.path, { force: true });
        throw error;
      }
    }
    return !(await this.isHeldElsewhere()) && this.steal();
  }

  /** Steals the lock from its owner. If several processes steal the lock at the same time, the last process owns it. */
  async steal(): Promise<boolean> {
    // The lock file is replaced in one step, because a lock file without content would name no owner.
    const copy = `${this.path}.${randomUUID()}`;
    try {
      await writeFile(copy, this.owner, { mode: privateFileMode });
      await rename(copy, this.path);
    } catch (error) {
      await rm(copy, { force: true });
      throw error;
    }
    await new Promise<void>((resolve) => this.clock.callAfter(settleMs, resolve));
    this.wasAcquired = (await this.currentOwner()) === this.owner;
    return this.wasAcquired;
  }

  /**
   * Returns whether this process has lost the lock. A missing lock file also means a lost lock, because another process
   * might have stolen and released it.
   */
  async isLost(): Promise<boolean> {
    return this.wasAcquired && (await this.currentOwner()) !== this.owner;
  }

  isLostSync(): boolean {
    try {
      // A pipe or device in place of the lock file is not read, because reading it could block all extensions.
      if (this.wasAcquired && !lstatSync(this.path).isFile()) return true;
      return this.wasAcquired && readFileSync(this.path, 'utf8') !== this.owner;
    } catch (error) {
      ignoreMissingFile(error);
      return true;
    }
  }

  async isHeldElsewhere(): Promise<boolean> {
    const owner = await this.currentOwner();
    return owner !== undefined && owner !== this.owner && isRunning(owner);
  }

  /**
   * Releases the lock. An error on removing the lock file is ignored, because the lock is free as soon as this process
   * has exited.
   */
  async release(): Promise<void> {
    const isOurs = (await this.currentOwner().catch(() => undefined)) === this.owner;
    if (isOurs) await rm(this.path, { force: true }).catch(() => undefined);
  }

  releaseSync(): void {
    if (this.wasAcquired && !this.isLostSync()) rmSync(this.path, { force: true });
  }

  private async currentOwner(): Promise<string | undefined> {
    return (await readRegularFile(this.path, maxOwnerBytes))?.toString();
  }
}

/**
 * Returns whether the process that owns a lock is running. If the owner is on another machine or the lock file is
 * incomplete, the process is assumed to be running. Process ids of 0 and less are rejected, because a signal to such an
 * id would reach groups of processes.
 */
function isRunning(owner: string): boolean {
  const [pid, host] = owner.split(' ');
  if (host !== hostname()) return true;
  try {
    return Number(pid) > 0 && process.kill(Number(pid), 0);
  } catch (error) {
    // The error code `EPERM` means that the process is running, but belongs to another user.
    return hasCode(error, 'EPERM');
  }
}
