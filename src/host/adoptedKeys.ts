import { createHash } from 'node:crypto';
import { isRecord, parseJson } from '../core/json';

/** What is needed of VS Code's secret storage. */
export interface Secrets {
  get(name: string): Thenable<string | undefined>;
  store(name: string, value: string): Thenable<void>;
}

const entry = 'holysheep.adoptedKeys';

/**
 * Keys that were entered in a dialog of VS Code's own, which knows no origin. Each belongs to the origin that is set when
 * it is first seen, and is never taken in for another, nor again once it was removed or refused. Fingerprints are kept.
 */
export class AdoptedKeys {
  constructor(private readonly secrets: Secrets) {}

  /** @param take whether it was taken in, or is not to be asked about again; before it runs the key counts as seen */
  async adopt(origin: string, key: string, take: () => Promise<boolean>): Promise<void> {
    const fingerprint = createHash('sha256').update(key).digest('hex');
    const seen = await this.seen();
    if (fingerprint in seen) return;
    // Before anything is sent: a key that is not known as seen could be taken in for another origin later.
    await this.keep({ ...seen, [fingerprint]: origin });
    if (!(await take())) await this.keep(seen);
  }

  private async seen(): Promise<Readonly<Record<string, unknown>>> {
    const value = parseJson((await this.secrets.get(entry)) ?? '');
    return isRecord(value) ? value : {};
  }

  private async keep(seen: Readonly<Record<string, unknown>>): Promise<void> {
    await this.secrets.store(entry, JSON.stringify(seen));
  }
}
