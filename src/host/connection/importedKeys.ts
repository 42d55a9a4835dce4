import { createHash } from 'node:crypto';
import { isRecord, parseJson } from '../../engine/json';
import type { SetApiKeyResult } from './storeApiKey';

/** The part of VS Code's secret storage that is needed to import keys. */
interface Secrets {
  get(name: string): Thenable<string | undefined>;
  store(name: string, value: string): Thenable<void>;
}

/** Name of the secret that contains the fingerprints of the imported keys. */
const secretName = 'holysheep.adoptedKeys';

/**
 * Imports API keys that the user entered in VS Code's dialog for language model providers, which does not ask for an
 * origin. A key is imported once, for the origin that the settings have at that time. It is not imported for another
 * origin later, nor again after it was removed or rejected. Only fingerprints of the keys are stored.
 */
export class ImportedKeys {
  /** @param store verifies and stores a key, as if the user had entered it in the extension's dialog */
  constructor(
    private readonly secrets: Secrets,
    private readonly store: (key: string) => Promise<SetApiKeyResult>,
  ) {}

  /** Verifies and stores a key for an origin, unless the same key was imported before. */
  async import(origin: string, key: string): Promise<void> {
    const fingerprint = createHash('sha256').update(key).digest('hex');
    const fingerprints = await this.readFingerprints();
    if (fingerprint in fingerprints) return;
    // Saves the fingerprint before the key is sent to the gateway, because a key without a saved fingerprint could
    // later be imported for another origin.
    await this.saveFingerprints({ ...fingerprints, [fingerprint]: origin });
    const { state } = await this.store(key);
    // Removes the fingerprint if the user canceled the verification, so that the key can be imported again.
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
