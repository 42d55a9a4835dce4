import { createHash } from 'node:crypto';
import type { SecretStorage } from 'vscode';
import type { SetApiKeyResult } from './storeApiKey';

/** Name of the secret with the fingerprints of the imported keys, which are separated by spaces. */
const secretName = 'holysheep.importedKeys';

/**
 * Imports API keys that the user entered in VS Code's dialog for language model providers, which does not ask for an
 * origin. A key is imported once, for the origin that the settings have at that time. It is not imported for another
 * origin later, nor again after it was removed or rejected. Only fingerprints of the keys are stored.
 */
export class ImportedKeys {
  /** @param store verifies and stores a key, as if the user had entered it in the extension's dialog */
  constructor(
    private readonly secrets: Pick<SecretStorage, 'get' | 'store'>,
    private readonly store: (key: string) => Promise<SetApiKeyResult>,
  ) {}

  async import(key: string): Promise<void> {
    const fingerprint = createHash('sha256').update(key).digest('hex');
    const known = (await this.secrets.get(secretName)) ?? '';
    if (known.includes(fingerprint)) return;
    // Saves the fingerprint before the key is sent to the gateway, because a key without a saved fingerprint could
    // later be imported for another origin.
    await this.secrets.store(secretName, `${known} ${fingerprint}`);
    const { state } = await this.store(key);
    // Removes the fingerprint if the user canceled the verification, so that the key can be imported again.
    if (state === 'cancelled') await this.secrets.store(secretName, known);
  }
}
