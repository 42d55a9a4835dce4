import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../engine/clock';
import type { FaultKind } from '../../engine/events';
import type { Cooldown, Scope, SharedCooldowns } from '../../engine/gate/cooldowns';
import { privateFileMode, privateFolderMode } from '../util/files';

/** What is longer is no limit but a mistake, or a quota, which is not waited for. */
const maxCooldownMs = 3_600_000;
/** What begins later than this from now was written by a clock that has been set back since. */
const maxClockSkewMs = 5000;

/**
 * Cooldowns as empty files, one a note, with everything in the name: a file is created whole or not at all, so there is
 * nothing to tear, to lock or to overwrite, however many windows write. Nobody needs the notes to go on; what can't be
 * read or written is logged, once for each kind of problem.
 */
export function cooldownFiles(
  folder: string,
  clock: Pick<Clock, 'now'>,
  log: (problem: string) => void,
): SharedCooldowns {
  return new CooldownFiles(folder, clock, log);
}

class CooldownFiles implements SharedCooldowns {
  /** A window knows its own notes, and does not read them back. */
  private readonly writer = randomBytes(4).toString('hex');
  private readonly problems = new Set<string>();

  constructor(
    private readonly folder: string,
    private readonly clock: Pick<Clock, 'now'>,
    private readonly log: (problem: string) => void,
  ) {}

  async read(scope: Scope): Promise<Cooldown | undefined> {
    const scopeHash = hashScope(scope);
    const found = await Promise.all((await this.list()).map((note) => this.validate(note)));
    return found
      .filter((note) => note !== undefined)
      .filter((note) => note.scopeHash === scopeHash && note.writer !== this.writer)
      .map(({ until, delayMs, source, reason }) => ({ until, delayMs, source, reason }))
      .reduce<Cooldown | undefined>((last, note) => (last && last.until >= note.until ? last : note), undefined);
  }

  async write(scope: Scope, { source, reason, ...times }: Cooldown): Promise<void> {
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

  async clear(scope?: Scope): Promise<void> {
    const scopeHash = scope && hashScope(scope);
    const notes = await this.list();
    const meant = scopeHash === undefined ? notes : notes.filter((note) => note.scopeHash === scopeHash);
    await Promise.all(meant.map((note) => this.remove(note)));
  }

  private async list(): Promise<readonly CooldownEntry[]> {
    const names = await this.tryOperation('read', ['ENOENT'], () => readdir(this.folder));
    return (names ?? []).map(parseName).filter((note) => note !== undefined);
  }

  /** As it is by the clock of today; undefined: over, or nonsense, and removed. */
  private async validate(note: CooldownEntry): Promise<CooldownEntry | undefined> {
    const now = this.clock.now();
    if (note.until <= now || note.delayMs > maxCooldownMs) {
      await this.remove(note);
      return undefined;
    }
    if (note.until - note.delayMs <= now + maxClockSkewMs) return note;
    // It counts from now, and is renamed so that it does so only once. Of several windows one succeeds; the others read
    // the new name next time.
    const mended = { ...note, until: Math.ceil(now) + note.delayMs };
    const renaming = (): Promise<void> => rename(this.pathOf(note), this.pathOf(mended));
    const renamed = await this.tryOperation('renamed', ['ENOENT'], () => renaming().then(() => true));
    return renamed ? mended : undefined;
  }

  private async remove(note: CooldownEntry): Promise<void> {
    await this.tryOperation('removed', ['ENOENT'], () => unlink(this.pathOf(note)));
  }

  private pathOf(note: CooldownEntry): string {
    return join(this.folder, formatName(note));
  }

  /** @returns undefined: it did not work */
  private async tryOperation<Result>(
    what: string,
    harmless: readonly string[],
    action: () => Promise<Result>,
  ): Promise<Result | undefined> {
    try {
      return await action();
    } catch (error) {
      const code = errorCode(error);
      const problem = `Cooldowns shared between windows can't be ${what}: ${code}.`;
      if (harmless.includes(code) || this.problems.has(problem)) return undefined;
      this.problems.add(problem);
      this.log(problem);
      return undefined;
    }
  }
}

/** No name has the API key in it, only what can't be turned back into it. */
function hashScope({ origin, apiKey, model }: Scope): string {
  return createHash('sha256').update(`${origin}\0${apiKey}\0${model}`).digest('hex').slice(0, 24);
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/** A cooldown as it stands in the name of a file. */
interface CooldownEntry extends Cooldown {
  /** Stands for the scope: 24 hexadecimal digits. */
  readonly scopeHash: string;
  /** The window that was told: 8 hexadecimal digits. */
  readonly writer: string;
}

const namePattern = /^[0-9a-f]{24}\.[1-9]\d{0,14}\.[1-9]\d{0,14}\.(server|backoff)\.[a-z-]+\.[0-9a-f]{8}$/;

/** @param note its times are whole milliseconds */
function formatName({ scopeHash, until, delayMs, source, reason, writer }: CooldownEntry): string {
  return [scopeHash, until, delayMs, source, reason, writer].join('.');
}

/** Total: undefined for what is no note. */
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

/** What another version of the extension may call it, it is a limit. */
function parseReason(word: string | undefined): FaultKind {
  return word === 'overloaded' || word === 'credit' ? word : 'rate-limit';
}
