import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../engine/clock';
import type { Cooldown, CooldownScope, SharedCooldowns } from '../../engine/gate/cooldowns';
import { errorCode, privateFileMode, privateFolderMode } from '../util/files';

/**
 * Longest cooldown that windows share, in milliseconds. A longer cooldown is either a mistake or a used-up quota, and
 * the engine waits for neither.
 */
const maxCooldownMs = 3_600_000;
/**
 * Tolerance for the start of a cooldown, in milliseconds. A cooldown that starts further in the future is ignored,
 * because the clock must have been set back after the cooldown was written.
 */
const maxClockSkewMs = 5000;

interface CooldownEntry {
  readonly cooldown: Cooldown;
  readonly name: string;
  /** Hash of the base URL, the API key and the model, as 24 hexadecimal digits. */
  readonly scopeHash: string;
  /** Id of the window that wrote the file, as 8 hexadecimal digits. */
  readonly writer: string;
}

/**
 * Shares cooldowns between windows. Each cooldown is an empty file whose name contains all data. Such a file can't be
 * incomplete, so all windows can write without locks. Failures are only logged, because the engine also works without
 * these files. A repeated failure is logged once.
 */
export class CooldownFiles implements SharedCooldowns {
  /** Id of this window. The window ignores the cooldown files that it has written itself. */
  private readonly writer = randomBytes(4).toString('hex');
  /** Last logged failure of each file operation. The failure is removed when the operation succeeds. */
  private readonly problems = new Map<string, string>();

  constructor(
    private readonly folder: string,
    private readonly clock: Clock,
    private readonly log: (problem: string) => void,
  ) {}

  async read(scope: CooldownScope): Promise<Cooldown | undefined> {
    const scopeHash = hashScope(scope);
    const entries = await this.list();
    await Promise.all(entries.filter((entry) => !this.isCurrent(entry)).map((entry) => this.remove(entry)));
    return entries
      .filter((entry) => this.isCurrent(entry) && entry.scopeHash === scopeHash && entry.writer !== this.writer)
      .map(({ cooldown }) => cooldown)
      .toSorted((a, b) => b.until - a.until)[0];
  }

  async write(scope: CooldownScope, { source, reason, ...times }: Cooldown): Promise<void> {
    const [until, delayMs] = [Math.ceil(times.until), Math.ceil(times.delayMs)];
    if (!(until > this.clock.now()) || !(delayMs > 0 && delayMs <= maxCooldownMs)) return;
    const path = join(this.folder, [hashScope(scope), until, delayMs, source, reason, this.writer].join('.'));
    await this.attempt('written', 'EEXIST', async () => {
      await mkdir(this.folder, { recursive: true, mode: privateFolderMode });
      await writeFile(path, '', { flag: 'wx', mode: privateFileMode });
    });
  }

  async clear(scope?: CooldownScope): Promise<void> {
    const scopeHash = scope && hashScope(scope);
    const entries = await this.list();
    const cleared = entries.filter((entry) => scopeHash === undefined || entry.scopeHash === scopeHash);
    await Promise.all(cleared.map((entry) => this.remove(entry)));
  }

  private async list(): Promise<readonly CooldownEntry[]> {
    const names = await this.attempt('read', 'ENOENT', () => readdir(this.folder));
    return (names ?? []).flatMap((name) => parseName(name) ?? []);
  }

  private isCurrent({ cooldown: { until, delayMs } }: CooldownEntry): boolean {
    const now = this.clock.now();
    return until > now && delayMs <= maxCooldownMs && until - delayMs <= now + maxClockSkewMs;
  }

  private async remove({ name }: CooldownEntry): Promise<void> {
    await this.attempt('removed', 'ENOENT', () => unlink(join(this.folder, name)));
  }

  /**
   * Performs a file operation. A failure is logged, unless it has the expected error code.
   * @param operation past participle for the log message, such as `written`
   */
  private async attempt<T>(operation: string, expectedCode: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await work();
      this.problems.delete(operation);
      return result;
    } catch (error) {
      const code = errorCode(error);
      const problem = `Cooldowns shared between windows can't be ${operation}: ${code}.`;
      if (code === expectedCode) return undefined;
      if (this.problems.get(operation) !== problem) this.log(problem);
      this.problems.set(operation, problem);
      return undefined;
    }
  }
}

/** Returns a hash for the file name of a cooldown. The file name must not reveal the API key. */
function hashScope({ gateway, key = '', model }: CooldownScope): string {
  return createHash('sha256').update(`${gateway}\0${key}\0${model}`).digest('hex').slice(0, 24);
}

const namePattern = /^([0-9a-f]{24})\.([1-9]\d{0,14})\.([1-9]\d{0,14})\.(server|backoff)\.([a-z-]+)\.([0-9a-f]{8})$/;

function parseName(name: string): CooldownEntry | undefined {
  const [, scopeHash, until, delayMs, source, reason, writer = ''] = namePattern.exec(name) ?? [];
  if (scopeHash === undefined) return undefined;
  const cooldown = { until: Number(until), delayMs: Number(delayMs), source, reason } as Cooldown;
  return { cooldown, name, scopeHash, writer };
}
