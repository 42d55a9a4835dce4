import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { hostFaults } from '../../engine/faults/hostFaults';
import { ChangeNotifier } from '../util/changeNotifier';
import type { Log } from '../util/log';
import { NoConnectionError } from '../util/userError';

const secretPrefix = 'holysheep.apiKey:';

/**
 * Prefix for the name of a secret. A secret with this prefix records that an origin needs no API key. It is stored as a
 * secret, because VS Code reports changes of secrets to all windows.
 */
const keylessPrefix = 'holysheep.keyless:';

/**
 * Stores one API key for each origin, or the fact that an origin needs no key. All methods except `getIfReadable` and
 * `isKeyless` throw NoConnectionError if the keyring of the operating system fails.
 */
export class KeyStore extends ChangeNotifier {
  constructor(
    private readonly secrets: vscode.SecretStorage,
    private readonly log: Log,
  ) {
    super();
    this.register(
      secrets.onDidChange(({ key }) => {
        if (key.startsWith(secretPrefix) || key.startsWith(keylessPrefix)) this.changeEmitter.fire();
      }),
    );
  }

  async get(origin: string): Promise<string | undefined> {
    const key = await this.attempt(this.secrets.get(secretPrefix + origin), vscode.l10n.t(hostFaults.keyring.message));
    if (!key) return undefined;
    this.log.keys.add(key);
    return key;
  }

  /** Returns the API key of an origin, or undefined if the key is missing or can't be read. */
  getIfReadable(origin: string): Promise<string | undefined> {
    return this.readIfPossible(this.get(origin));
  }

  async set(origin: string, key: string): Promise<void> {
    this.log.keys.add(key);
    await this.attempt(this.secrets.store(secretPrefix + origin, key));
    await this.attempt(this.secrets.delete(keylessPrefix + origin));
  }

  async delete(origin: string): Promise<void> {
    await this.attempt(this.secrets.delete(secretPrefix + origin));
  }

  /**
   * Remembers that the user has confirmed that the gateway at a private address needs no API key. Setting a key for the
   * origin cancels the confirmation.
   */
  async confirmKeyless(origin: string): Promise<void> {
    await this.attempt(this.secrets.store(keylessPrefix + origin, 'yes'));
  }

  /**
   * Returns whether the user has confirmed that the origin needs no API key. Returns false if the keyring can't be
   * read.
   */
  async isKeyless(origin: string): Promise<boolean> {
    return (await this.readIfPossible(this.secrets.get(keylessPrefix + origin))) !== undefined;
  }

  private async readIfPossible(secret: Thenable<string | undefined>): Promise<string | undefined> {
    try {
      return await secret;
    } catch (error) {
      this.log.error(error);
      return undefined;
    }
  }

  private async attempt<T>(
    result: Thenable<T>,
    message = vscode.l10n.t("Can't save the API key in the system keyring. Unlock it and try again."),
  ): Promise<T> {
    try {
      return await result;
    } catch (cause) {
      throw new NoConnectionError('keyring', message, { cause });
    }
  }
}

/** Name of the secret that contains the fingerprints of imported API keys, separated by spaces. */
const importedKeysSecret = 'holysheep.importedKeys';

/**
 * Imports an API key that the user entered in VS Code's dialog for language model providers. The dialog asks for no
 * origin, so the key is stored for the origin in the current settings. The same key is never imported again, for
 * example after the user has removed the key. Only the fingerprints of imported keys are remembered.
 */
export async function importKey(
  secrets: vscode.SecretStorage,
  key: string,
  store: () => Promise<{ readonly state: string }>,
): Promise<void> {
  const fingerprint = createHash('sha256').update(key).digest('hex');
  const fingerprints = (await secrets.get(importedKeysSecret)) ?? '';
  if (fingerprints.includes(fingerprint)) return;
  // The fingerprint is saved before the key. Otherwise, after a crash between the two steps, the key could be imported
  // again for another origin.
  await secrets.store(importedKeysSecret, `${fingerprints} ${fingerprint}`);
  const { state } = await store();
  if (state === 'cancelled') await secrets.store(importedKeysSecret, fingerprints);
}
