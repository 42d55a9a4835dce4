import * as vscode from 'vscode';
import { routeName, type BaseUrl } from '../../engine/gateway/baseUrl';
import type { DemoMode } from '../demo/demoMode';
import type { Log } from '../util/log';
import type { Settings } from '../settings/settings';
import { enterApiKeyAction, showToast } from '../ui/notifications';
import { Disposable } from '../util/disposable';
import type { KeyStore } from './keyStore';

interface MissingKeyDeps {
  readonly settings: Settings;
  readonly keys: KeyStore;
  readonly demo: DemoMode;
  readonly log: Log;
  /** Global state of the extension, which stores the origins about which the user was notified. */
  readonly memory: Pick<vscode.Memento, 'get' | 'update'>;
}

const memoryKey = 'holysheep.missingKeyNotices';
/** Maximum number of origins in the memory. Beyond that number, the oldest are forgotten. */
const maxNotifiedOrigins = 50;

/**
 * Notifies the user about backup routes without an API key, once per origin, also after a restart. The notice may appear
 * again after a key was set and removed. It does not appear before the base URL has a key, because the user then has to
 * set that key first.
 */
export class MissingKeyNotices extends Disposable {
  /** Whether the base URL had no key at the last check. */
  private lacksPrimaryKey = false;

  constructor(private readonly deps: MissingKeyDeps) {
    super();
    this.register(deps.settings.onDidChange(() => this.check()));
    this.register(deps.demo.onDidChange(() => this.check()));
    // Ignores other changes of keys, because a user who has just removed a key knows that it is missing.
    this.register(deps.keys.onDidChange(() => this.lacksPrimaryKey && this.check()));
    this.check();
  }

  private check(): void {
    this.checkRoutes().catch((error: unknown) => this.deps.log.error(error));
  }

  private async checkRoutes(): Promise<void> {
    const { settings, keys, demo } = this.deps;
    const primary = settings.baseUrl();
    if (demo.active || 'error' in primary) return;
    this.lacksPrimaryKey = (await keys.get(primary.origin)) === undefined;
    if (this.lacksPrimaryKey) return;
    const backups = settings.backupBaseUrls();
    for (const backup of backups) await this.checkRoute(backup, [primary, ...backups]);
  }

  private async checkRoute({ url, origin, host }: BaseUrl, routes: readonly BaseUrl[]): Promise<void> {
    const { keys, log, memory } = this.deps;
    const hasKey = (await keys.get(origin)) !== undefined;
    const notified = memory.get<readonly string[]>(memoryKey, []);
    if (notified.includes(origin) !== hasKey) return;
    const others = notified.filter((other) => other !== origin);
    await memory.update(memoryKey, hasKey ? others : [...others, origin].slice(-maxNotifiedOrigins));
    // Reads the key again, because the user may have set it meanwhile.
    if (hasKey || (await keys.get(origin)) !== undefined) return;
    const isHostShared = routes.some((other) => other.host === host && other.url !== url);
    const name = isHostShared ? routeName(url) : host;
    const message = vscode.l10n.t("The backup route {0} has no API key, so it isn't used.", name);
    showToast(log, 'information', message, [enterApiKeyAction(undefined, url)]);
  }
}
