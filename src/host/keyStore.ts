import * as vscode from 'vscode';
import { Disposable } from './disposable';
import type { Log } from './log';
import { UserError } from './userError';

const prefix = 'holysheep.apiKey:';

/** One key an origin: what was entered for one host is never read for another. */
export class KeyStore extends Disposable {
  private readonly changed = this.register(new vscode.EventEmitter<void>());
  /** Also for changes made in another window. */
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly secrets: vscode.SecretStorage,
    private readonly log: Pick<Log, 'hide'>,
  ) {
    super();
    this.register(
      secrets.onDidChange(({ key }) => {
        if (key.startsWith(prefix)) this.changed.fire();
      }),
    );
  }

  /**
   * @param origin as in `URL.origin`.
   * @throws an error with a localised message when the system's keyring can't be read.
   */
  async get(origin: string): Promise<string | undefined> {
    const key = await this.read(origin);
    if (key === undefined || key === '') return undefined;
    this.log.hide(key);
    return key;
  }

  async set(origin: string, key: string): Promise<void> {
    this.log.hide(key);
    await this.secrets.store(prefix + origin, key);
  }

  async delete(origin: string): Promise<void> {
    await this.secrets.delete(prefix + origin);
  }

  private async read(origin: string): Promise<string | undefined> {
    try {
      return await this.secrets.get(prefix + origin);
    } catch (error) {
      throw new UserError(vscode.l10n.t("The API key can't be read: VS Code's secret storage fails."), {
        cause: error,
      });
    }
  }
}
