import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../engine/clock';
import type { FaultKind } from '../../engine/events';
import type { Cooldown, CooldownScope, SharedCooldowns } from '../../engine/gate/cooldowns';
import { errorCode, privateFileMode, privateFolderMode } from '../util/files';

/**
 * Longest cooldown that is shared between windows, in milliseconds. A longer cooldown is either a mistake or a quota,
 * and the engine does not wait for quotas.
 */
const maxCooldownMs = 3_600_000;
/**
 * Tolerated difference between the clocks of two windows, in milliseconds. If a cooldown seems to start further in the
 * future than this, the clock has been set back since the file was written.
 */
const maxClockSkewMs = 5000;

/**
 * Shares cooldowns between windows as empty files whose names contain all data. A file is created either completely or
 * not at all, so any number of windows can write without locks. The engine works without these files, so failures are
 * only logged, once for each kind of failure.
 */
export function cooldownFiles(
  folder: string,
  clock: Pick<Clock, 'now'>,
  log: (problem: string) => void,
): SharedCooldowns {
  return new CooldownFiles(folder, clock, log);
}

class CooldownFiles implements SharedCooldowns {
  /** Id of this window, which ignores the cooldown files that it has written itself. */
  private readonly writer = randomBytes(4).toString('hex');
  private readonly loggedProblems = new Set<string>();

  constructor(
    private readonly folder: string,
    private readonly clock: Pick<Clock, 'now'>,
    private readonly log: (problem: string) => void,
  ) {}

  async read(scope: CooldownScope): Promise<Cooldown | undefined> {
    const scopeHash = hashScope(scope);
    const entries = await Promise.all((await this.list()).map((entry) => this.validate(entry)));
    return entries
      .filter((entry) => entry !== undefined)
      .filter((entry) => entry.scopeHash === scopeHash && entry.writer !== this.writer)
      .map(({ until, delayMs, source, reason }) => ({ until, delayMs, source, reason }))
      .reduce<Cooldown | undefined>((last, entry) => (last && last.until >= entry.until ? last : entry), undefined);
  }

  async write(scope: CooldownScope, { source, reason, ...times }: Cooldown): Promise<void> {
    const [until, delayMs] = [Math.ceil(times.until), Math.ceil(times.delayMs)];
    if (!(until > this.clock.now()) || !(delayMs > 0 && delayMs <= maxCooldownMs)) return;
    const path = this.pathOf({ scopeHash: hashScope(scope), until, delayMs, source, reason, writer: this.writer });
    const create = (): Promise<void> => writeFile(path, '', { flag: 'wx', mode: privateFileMode });
    await this.tryOperation('written', ['EEXIST'], () =>
      create().catch(async (error: unknown) => {
        if (errorCode(error) !== 'ENOENT') throw error;
        await mkdir(this.folder, { recursive: true, mode: privateFolderMode });
        await create();
      }),
    );
  }

  async clear(scope?: CooldownScope): Promise<void> {
    const scopeHash = scope && hashScope(scope);
    const entries = await this.list();
    const cleared = scopeHash === undefined ? entries : entries.filter((entry) => entry.scopeHash === scopeHash);
    await Promise.all(cleared.map((entry) => this.remove(entry)));
  }

  private async list(): Promise<readonly CooldownEntry[]> {
    const names = await this.tryOperation('read', ['ENOENT'], () => readdir(this.folder));
    return (names ?? []).map(parseName).filter((entry) => entry !== undefined);
  }

  /**
   * Returns a cooldown with times that fit the current clock. If the cooldown has expired or is longer than
   * {@link maxCooldownMs}, removes its file and returns undefined.
   */
  private async validate(entry: CooldownEntry): Promise<CooldownEntry | undefined> {
    const now = this.clock.now();
    if (entry.until <= now || entry.delayMs > maxCooldownMs) {
      await this.remove(entry);
      return undefined;
    }
    if (entry.until - entry.delayMs <= now + maxClockSkewMs) return entry;
    // The clock was set back: restarts the cooldown now, and renames the file so that the cooldown restarts only once.
    // If several windows rename the file at the same time, one of them succeeds, and the others find the new name when
    // they read the folder again.
    const corrected = { ...entry, until: Math.ceil(now) + entry.delayMs };
    const renaming = (): Promise<void> => rename(this.pathOf(entry), this.pathOf(corrected));
    const renamed = await this.tryOperation('renamed', ['ENOENT'], () => renaming().then(() => true));
    return renamed ? corrected : undefined;
  }

  private async remove(entry: CooldownEntry): Promise<void> {
    await this.tryOperation('removed', ['ENOENT'], () => unlink(this.pathOf(entry)));
  }

  private pathOf(entry: CooldownEntry): string {
    return join(this.folder, formatName(entry));
  }

  /**
   * Runs a file operation and logs its failure.
   * @param operation past participle for the log message, e.g. `written`
   * @param expectedCodes codes of errors that are not logged, e.g. `ENOENT`
   * @returns undefined when the file operation has failed
   */
  private async tryOperation<Result>(
    operation: string,
    expectedCodes: readonly string[],
    action: () => Promise<Result>,
  ): Promise<Result | undefined> {
    try {
      return await action();
    } catch (error) {
      const code = errorCode(error);
      const problem = `Cooldowns shared between windows can't be ${operation}: ${code}.`;
      if (expectedCodes.includes(code) || this.loggedProblems.has(problem)) return undefined;
      this.loggedProblems.add(problem);
      this.log(problem);
      return undefined;
    }
  }
}

/** Returns a hash of the origin, the API key and the model, so that no file name reveals the API key. */
function hashScope({ origin, apiKey, model }: CooldownScope): string {
  return createHash('sha256').update(`${origin}\0${apiKey}\0${model}`).digest('hex').slice(0, 24);
}

/** A cooldown as encoded in the name of a file. */
interface CooldownEntry extends Cooldown {
  /** Hash of the origin, the API key and the model: 24 hexadecimal digits. */
  readonly scopeHash: string;
  /** Id of the window that wrote the file: 8 hexadecimal digits. */
  readonly writer: string;
}

const namePattern = /^[0-9a-f]{24}\.[1-9]\d{0,14}\.[1-9]\d{0,14}\.(server|backoff)\.[a-z-]+\.[0-9a-f]{8}$/;

/**
 * Returns the name of the file for a cooldown.
 * @param entry a cooldown whose times are rounded to milliseconds
 */
function formatName({ scopeHash, until, delayMs, source, reason, writer }: CooldownEntry): string {
  return [scopeHash, until, delayMs, source, reason, writer].join('.');
}

/**
 * Decodes the name of a cooldown file.
 * @returns undefined for the name of an unrelated file
 */
function parseName(name: string): CooldownEntry | undefined {
  if (!namePattern.test(name)) return undefined;
  const [scopeHash = '', until, delayMs, source, reason, writer = ''] = name.split('.');
  return {
    scopeHash,
    until: Number(until),
    delayMs: Number(delayMs),
    source: source === 'server' ? 'server' : 'backoff',
    reason: parseReason(reason),
    writer,
  };
}

/** Returns the reason of a cooldown. A reason that this version of the extension does not know becomes a rate limit. */
function parseReason(reason: string | undefined): FaultKind {
  return reason === 'overloaded' || reason === 'credit' ? reason : 'rate-limit';
}
