import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { hostFaults } from '../../engine/faults/hostFaults';
import { Disposable } from '../util/disposable';
import type { Log } from '../util/log';
import { NoConnectionError } from '../util/userError';

const secretPrefix = 'holysheep.apiKey:';

/** Prefix of the secrets that record that an origin needs no key. As secrets, their changes reach all windows. */
const keylessPrefix = 'holysheep.keyless:';

/**
 * Stores one API key per origin, or that an origin needs none. All methods but `getIfReadable` and `isKeyless` throw
 * NoConnectionError if the keyring fails.
 */
export class KeyStore extends Disposable {
  private readonly changeEmitter = this.register(new vscode.EventEmitter<void>());
  readonly onDidChange = this.changeEmitter.event;

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

  /** Returns undefined also if the key can't be read. */
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

  /** Until a key is set, remembers the user's confirmation that the gateway at a private address needs none. */
  async confirmKeyless(origin: string): Promise<void> {
    await this.attempt(this.secrets.store(keylessPrefix + origin, 'yes'));
  }

  /** Returns false also if the keyring can't be read. */
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

/** Name of the secret with the fingerprints, which are separated by spaces. */
const importedKeysSecret = 'holysheep.importedKeys';

/**
 * Imports an API key that the user entered in VS Code's dialog for language model providers, which does not ask for an
 * origin. A key is imported once, for the origin that the settings have at that time. It is not imported for another
 * origin later, nor again after it was removed or rejected. Only fingerprints of the keys are stored.
 */
export async function importKey(
  secrets: vscode.SecretStorage,
  key: string,
  store: () => Promise<{ readonly state: string }>,
): Promise<void> {
  const fingerprint = createHash('sha256').update(key).digest('hex');
  const known = (await secrets.get(importedKeysSecret)) ?? '';
  if (known.includes(fingerprint)) return;
  // Saves the fingerprint first, because a key without one could later be imported for another origin.
  await secrets.store(importedKeysSecret, `${known} ${fingerprint}`);
  const { state } = await store();
  if (state === 'cancelled') await secrets.store(importedKeysSecret, known);
}
