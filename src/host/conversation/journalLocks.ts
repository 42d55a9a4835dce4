import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../core/clock';
import { hasCode, unlessMissing } from './journalFolder';

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
  private cancelBeat: (() => void) | undefined;

  constructor(private readonly deps: JournalLocksDeps) {}

  /** At the first look. @returns whether it is this window's now; false: another one's, or maybe */
  takeFree(id: string): boolean {
    return this.take(id) || (this.isAbandoned(id) && this.takeOver(id));
  }

  /** May take seconds. @returns whether it is this window's now; false: another one's */
  async acquire(id: string): Promise<boolean> {
    if (this.takeFree(id)) return true;
    const seenAt = this.beatAt(id);
    if (seenAt !== undefined && Math.abs(this.deps.clock.now() - seenAt) < staleMs) return false;
    await new Promise<void>((resolve) => this.deps.clock.after(secondLookMs, resolve));
    return this.beatAt(id) === seenAt && this.takeOver(id);
  }

  /**
   * Takes it from whoever has it, who notices before the next write. Its window may be long gone: a server keeps the
   * extension host of a window that was killed for hours.
   * @returns false: a third one has taken it meanwhile
   */
  async seize(id: string): Promise<boolean> {
    if (this.take(id)) return true;
    try {
      this.write(id, 'w');
    } catch {
      // As where it can't be taken: it can be read, and writing to it will tell.
    }
    this.hold(id);
    await new Promise<void>((resolve) => this.deps.clock.after(lastWriteMs, resolve));
    return this.isOurs(id);
  }

  /**
   * Looks whether another window has taken it meanwhile; a lock that is not there is nobody else's. Whether somebody had
   * it between two looks the file itself tells.
   */
  isOurs(id: string): boolean {
    const owner = this.held.has(id) ? this.ownerOf(id) : this.me;
    if (!owner || owner.token === this.me.token) return true;
    this.held.delete(id);
    this.deps.onLost(id);
    return false;
  }

  /** @returns false: it is another window's, or was */
  take(id: string): boolean {
    if (this.held.has(id)) return true;
    try {
      this.write(id, 'wx');
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false;
      // Where no lock can be written no conversation can: it can be read, and writing to it will tell.
    }
    this.hold(id);
    return true;
  }

  release(id: string): void {
    if (!this.held.delete(id)) return;
    if (!this.held.size) {
      this.cancelBeat?.();
      this.cancelBeat = undefined;
    }
    try {
      if (this.ownerOf(id)?.token === this.me.token) rmSync(this.path(id), { force: true });
    } catch {
      // It grows stale.
    }
  }

  /** From one that is gone. */
  private takeOver(id: string): boolean {
    rmSync(this.path(id), { force: true });
    return this.take(id);
  }

  private hold(id: string): void {
    this.held.add(id);
    this.cancelBeat ??= this.deps.clock.after(beatMs, () => this.beat());
  }

  private beat(): void {
    for (const id of [...this.held]) {
      try {
        if (!this.isOurs(id)) continue;
        if (this.ownerOf(id)) this.touch(id);
        else this.write(id, 'w');
      } catch {
        // The next beat tries again.
      }
    }
    this.cancelBeat = this.held.size ? this.deps.clock.after(beatMs, () => this.beat()) : undefined;
  }

  private write(id: string, flag: 'w' | 'wx'): void {
    makeFolder(this.deps.folder);
    const content = JSON.stringify(this.me);
    if (flag === 'wx') writeFileSync(this.path(id), content, { flag });
    else this.replace(this.path(id), content);
    this.touch(id);
  }

  /** Whole or not at all: half a lock is nobody's, and two windows would take it for theirs. */
  private replace(path: string, content: string): void {
    const beside = `${path}.${this.me.token}`;
    try {
      writeFileSync(beside, content);
      renameSync(beside, path);
    } catch (error) {
      rmSync(beside, { force: true });
      throw error;
    }
  }

  private touch(id: string): void {
    const at = this.deps.clock.now() / 1000;
    utimesSync(this.path(id), at, at);
  }

  /** Its process is known to be gone; of another machine's nothing is known. */
  private isAbandoned(id: string): boolean {
    const owner = this.ownerOf(id);
    if (owner?.host !== this.me.host) return false;
    try {
      process.kill(owner.pid, 0);
      return false;
    } catch (error) {
      return hasCode(error, 'ESRCH');
    }
  }

  /** Epoch milliseconds; undefined: there is no lock. */
  private beatAt(id: string): number | undefined {
    return statSync(this.path(id), { throwIfNoEntry: false })?.mtimeMs;
  }

  /** @returns undefined where there is none, or a crash has left half of one */
  private ownerOf(id: string): Owner | undefined {
    try {
      const owner: unknown = JSON.parse(readFileSync(this.path(id), 'utf8'));
      return isOwner(owner) ? owner : undefined;
    } catch (error) {
      if (!(error instanceof SyntaxError)) unlessMissing(error);
      return undefined;
    }
  }

  private path(id: string): string {
    return join(this.deps.folder, `${id}.lock`);
  }
}

function isOwner(value: unknown): value is Owner {
  const { pid, host, token } = Object(value) as Partial<Record<keyof Owner, unknown>>;
  return Number.isSafeInteger(pid) && Number(pid) > 0 && typeof host === 'string' && typeof token === 'string';
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    // Writing into it fails, with a reason that is not taken for a lock.
  }
}
