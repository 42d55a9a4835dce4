import { randomUUID } from 'node:crypto';
import { lstatSync, readFileSync, rmSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Clock } from '../../engine/clock';
import { hasCode, ignoreMissingFile, privateFileMode, readRegularFile } from './files';

/** Time between stealing a lock and using it, in milliseconds, in which running writes of its former owner finish. */
const settleMs = 300;
const maxOwnerBytes = 64 * 1024;

/**
 * A lock in the form of a file that names its owner. The owner keeps the lock until it releases the lock or another
 * process steals it, so it must call `acquire` again before each use. The lock of a process that has exited is free.
 */
export class FileLock {
  /** The content of the lock file: process id, name of the machine, random token. */
  private readonly owner = `${process.pid} ${hostname()} ${randomUUID()}`;
  private wasAcquired = false;

  /** @param path path of the lock file, in an existing folder */
  constructor(
    private readonly path: string,
    private readonly clock: Clock,
  ) {}

  /** Acquires or checks the lock. A lock that was lost is never acquired again. @throws the error of the file system */
  async acquire(): Promise<boolean> {
    if (this.wasAcquired) return !(await this.isLost());
    try {
      await writeFile(this.path, this.owner, { flag: 'wx', mode: privateFileMode });
      this.wasAcquired = true;
      return true;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) {
        // A lock file without content, as on a full disk, would belong to nobody.
        await rm(this.path, { force: true });
        throw error;
      }
    }
    return !(await this.isHeldElsewhere()) && this.steal();
  }

  /** Takes the lock from its owner. If several processes do so at once, the last one has the lock. */
  async steal(): Promise<boolean> {
    // Replaces the file at once, because a lock without content would belong to nobody.
    const copy = `${this.path}.${randomUUID()}`;
    try {
      await writeFile(copy, this.owner, { mode: privateFileMode });
      await rename(copy, this.path);
    } catch (error) {
      await rm(copy, { force: true });
      throw error;
    }
    await new Promise<void>((resolve) => this.clock.after(settleMs, resolve));
    this.wasAcquired = (await this.currentOwner()) === this.owner;
    return this.wasAcquired;
  }

  /** A lock file that is missing counts as lost, because another process may have stolen and released the lock. */
  async isLost(): Promise<boolean> {
    return this.wasAcquired && (await this.currentOwner()) !== this.owner;
  }

  isLostSync(): boolean {
    try {
      // A pipe or device that has replaced the file is not read, because reading it could block all extensions.
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

  /** Ignores a failure, because the lock is free as soon as this process has exited. */
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
 * Returns whether the owner of a lock runs. This is assumed if the owner is on another machine or its file is
 * incomplete. 0 and negative numbers are not process ids: a signal to them would go to groups of processes.
 */
function isRunning(owner: string): boolean {
  const [pid, host] = owner.split(' ');
  if (host !== hostname()) return true;
  try {
    return Number(pid) > 0 && process.kill(Number(pid), 0);
  } catch (error) {
    // The process exists, but belongs to another user.
    return hasCode(error, 'EPERM');
  }
}
