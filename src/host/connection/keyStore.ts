import * as vscode from 'vscode';
import { hostFaults } from '../../engine/faults/hostFaults';
import type { Log } from '../util/log';
import { Disposable } from '../util/disposable';
import { localize } from '../util/localization';
import { NoConnectionError } from '../util/userError';

const secretPrefix = 'holysheep.apiKey:';

/** Stores one API key per origin in VS Code's secret storage. Each key is read only for its origin. */
export class KeyStore extends Disposable {
  private readonly changeEmitter = this.register(new vscode.EventEmitter<void>());
  /** Fires when a key has changed, in this window or in another one. */
  readonly onDidChange = this.changeEmitter.event;

  constructor(
    private readonly secrets: vscode.SecretStorage,
    private readonly log: Pick<Log, 'redactSecret'>,
  ) {
    super();
    this.register(
      secrets.onDidChange(({ key }) => {
        if (key.startsWith(secretPrefix)) this.changeEmitter.fire();
      }),
    );
  }

  /**
   * Returns the API key for an origin, or undefined if there is none.
   * @param origin in the format of `URL.origin`
   * @throws NoConnectionError when the system keyring can't be read
   */
  async get(origin: string): Promise<string | undefined> {
    const key = await this.read(origin);
    if (key === undefined || key === '') return undefined;
    this.log.redactSecret(key);
    return key;
  }

  /**
   * Stores the API key for an origin.
   * @throws NoConnectionError when the key can't be written to the system keyring
   */
  async set(origin: string, key: string): Promise<void> {
    this.log.redactSecret(key);
    try {
      await this.secrets.store(secretPrefix + origin, key);
    } catch (cause) {
      throw this.createWriteError(cause);
    }
  }

  /**
   * Deletes the API key for an origin.
   * @throws NoConnectionError when the system keyring can't be changed
   */
  async delete(origin: string): Promise<void> {
    try {
      await this.secrets.delete(secretPrefix + origin);
    } catch (cause) {
      throw this.createWriteError(cause);
    }
  }

  private async read(origin: string): Promise<string | undefined> {
    try {
      return await this.secrets.get(secretPrefix + origin);
    } catch (cause) {
      throw new NoConnectionError('keyring', localize(hostFaults.keyring.message), { cause });
    }
  }

  private createWriteError(cause: unknown): NoConnectionError {
    const message = vscode.l10n.t("Can't save the API key in the system keyring. Unlock it and try again.");
    return new NoConnectionError('keyring', message, { cause });
  }
}
