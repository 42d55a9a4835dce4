import { copyFile, constants, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A conversation on disk, closed or not. */
export interface JournalEntry {
  readonly id: string;
  /** Epoch milliseconds of the last write. */
  readonly at: number;
  readonly size: number;
}

const extension = '.jsonl';
const deleted = '.deleted';
const unfinished = '.tmp';
const idPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Ids name files and come back from the webview's state: nothing but a UUID gets near a path. */
export function isConversationId(value: unknown): value is string {
  return typeof value === 'string' && idPattern.test(value);
}

/** The files of a workspace's conversations, and those that were put aside. */
export class JournalFolder {
  constructor(private readonly folder: string) {}

  path(id: string): string {
    return join(this.folder, `${id}${extension}`);
  }

  /** @returns undefined when there is none */
  async read(id: string): Promise<Buffer | undefined> {
    return readFile(this.path(id)).catch(unlessMissing);
  }

  /** @returns undefined when there is none */
  async entry(id: string): Promise<JournalEntry | undefined> {
    const found = await stat(this.path(id)).catch(unlessMissing);
    return found && { id, at: found.mtimeMs, size: found.size };
  }

  async newestFirst(): Promise<readonly JournalEntry[]> {
    const ids = (await this.names()).flatMap((name) => idOf(name, extension) ?? []);
    const entries = await Promise.all(ids.map((id) => this.entry(id)));
    return entries.filter((entry) => entry !== undefined).toSorted((a, b) => b.at - a.at);
  }

  async remove(id: string): Promise<void> {
    await rm(this.path(id), { force: true });
  }

  async isHidden(id: string): Promise<boolean> {
    return (await stat(`${this.path(id)}${deleted}`).catch(unlessMissing)) !== undefined;
  }

  /** @returns whether there was one */
  async hide(id: string): Promise<boolean> {
    return moved(this.path(id), `${this.path(id)}${deleted}`);
  }

  async unhide(id: string): Promise<void> {
    await moved(`${this.path(id)}${deleted}`, this.path(id));
  }

  async forget(id: string): Promise<void> {
    await rm(`${this.path(id)}${deleted}`, { force: true });
  }

  /** Deletes what nobody can want back any more: files hidden, or half written, before `before` (epoch milliseconds). */
  async sweep(before: number): Promise<void> {
    for (const name of await this.names()) {
      if (!idOf(name, `${extension}${deleted}`) && !idOf(name, `${extension}${unfinished}`)) continue;
      const path = join(this.folder, name);
      // A file that is renamed keeps the time of its last write; only the other one says when that was.
      const found = await stat(path).catch(unlessMissing);
      if (found && Math.max(found.ctimeMs, found.mtimeMs) < before) await rm(path, { force: true });
    }
  }

  /** The damaged file stays where it is, too. @returns the path of the copy */
  async copyAside(id: string): Promise<string> {
    return this.aside(id, (path) => copyFile(this.path(id), path, constants.COPYFILE_EXCL));
  }

  /** @returns where the damaged file is now */
  async moveAside(id: string): Promise<string> {
    return this.aside(id, async (path) => {
      if (await stat(path).catch(unlessMissing)) throw Object.assign(new Error('there is one'), { code: 'EEXIST' });
      await rename(this.path(id), path);
    });
  }

  /** An earlier file that was put aside is as precious as this one. */
  private async aside(id: string, put: (path: string) => Promise<void>): Promise<string> {
    for (let number = 1; ; number++) {
      const path = `${this.path(id)}${number === 1 ? '' : `.${number}`}.corrupt`;
      try {
        await put(path);
        return path;
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error;
      }
    }
  }

  private async names(): Promise<readonly string[]> {
    return (await readdir(this.folder).catch(unlessMissing)) ?? [];
  }
}

function idOf(name: string, ending: string): string | undefined {
  const id = name.endsWith(ending) ? name.slice(0, -ending.length) : undefined;
  return isConversationId(id) ? id : undefined;
}

async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    unlessMissing(error);
    return false;
  }
}

export function unlessMissing(error: unknown): undefined {
  if (hasCode(error, 'ENOENT')) return undefined;
  throw error;
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
