import { createHash } from 'node:crypto';
import { isRecord, parseJson } from '../../engine/json';
import type { SetApiKeyResult } from './storeApiKey';

/** What is needed of VS Code's secret storage. */
interface Secrets {
  get(name: string): Thenable<string | undefined>;
  store(name: string, value: string): Thenable<void>;
}

/** Where the fingerprints of the keys are stored. */
const secretName = 'holysheep.adoptedKeys';

/**
 * Imports the keys that were entered in VS Code's own dialog, which knows no origin. Each belongs to the origin of the
 * settings when it is first seen. It is never imported for another origin, nor again once it was removed or refused. Only
 * fingerprints of the keys are kept.
 */
export class ImportedKeys {
  /** @param store verifies and stores a key, as if the user had entered it in the extension's dialog */
  constructor(
    private readonly secrets: Secrets,
    private readonly store: (key: string) => Promise<SetApiKeyResult>,
  ) {}

  async import(origin: string, key: string): Promise<void> {
    const fingerprint = createHash('sha256').update(key).digest('hex');
    const fingerprints = await this.readFingerprints();
    if (fingerprint in fingerprints) return;
    // Before anything is sent: a key that is not known as seen could be imported for another origin later.
    await this.saveFingerprints({ ...fingerprints, [fingerprint]: origin });
    const { state } = await this.store(key);
    // The user is asked again about a key that was neither stored nor refused.
    if (state === 'cancelled') await this.saveFingerprints(fingerprints);
  }

  private async readFingerprints(): Promise<Readonly<Record<string, unknown>>> {
    const value = parseJson((await this.secrets.get(secretName)) ?? '');
    return isRecord(value) ? value : {};
  }

  private async saveFingerprints(fingerprints: Readonly<Record<string, unknown>>): Promise<void> {
    await this.secrets.store(secretName, JSON.stringify(fingerprints));
  }
}
