import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { cleanApiKey } from '../core/apiKey';
import { isRecord, parseJson } from '../core/json';
import { Disposable } from './disposable';
import type { Log } from './log';
import { UserError } from './userError';

const prefix = 'holysheep.apiKey:';
/** Fingerprints of keys that came from elsewhere, with the origin each was entered for. */
const adoptedName = 'holysheep.adoptedKeys';

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

  /**
   * Takes in a key that was entered in a dialog of VS Code's own, which knows no origin: it belongs to the one that is
   * set when it is first seen, and is never taken in for another, nor again once it was removed.
   */
  async adopt(origin: string, input: string): Promise<void> {
    const cleaned = cleanApiKey(input);
    if ('problem' in cleaned) return;
    this.log.hide(cleaned.key);
    const fingerprint = createHash('sha256').update(cleaned.key).digest('hex');
    const adopted = parseJson((await this.secrets.get(adoptedName)) ?? '');
    const known = isRecord(adopted) ? adopted : {};
    if (fingerprint in known) return;
    await this.secrets.store(adoptedName, JSON.stringify({ ...known, [fingerprint]: origin }));
    await this.set(origin, cleaned.key);
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
