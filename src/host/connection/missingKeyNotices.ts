import * as vscode from 'vscode';
import type { BaseUrl } from '../../engine/gateway/baseUrl';
import type { DemoMode } from '../demo/demoMode';
import type { Log } from '../diagnostics/log';
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
 * again after a key was set and removed.
 */
export class MissingKeyNotices extends Disposable {
  constructor(private readonly deps: MissingKeyDeps) {
    super();
    // Does not check when a key changes, because a user who has just removed a key knows that it is missing.
    this.register(deps.settings.onDidChange(() => this.check()));
    this.register(deps.demo.onDidChange(() => this.check()));
    this.check();
  }

  private check(): void {
    const { settings, demo, log } = this.deps;
    if (demo.active) return;
    for (const backup of settings.backupBaseUrls()) {
      this.checkRoute(backup).catch((error: unknown) => log.error(error));
    }
  }

  private async checkRoute({ url, origin, host }: BaseUrl): Promise<void> {
    const { keys, log, memory } = this.deps;
    const hasKey = (await keys.get(origin)) !== undefined;
    const notified = memory.get<readonly string[]>(memoryKey, []);
    if (notified.includes(origin) !== hasKey) return;
    const others = notified.filter((other) => other !== origin);
    await memory.update(memoryKey, hasKey ? others : [...others, origin].slice(-maxNotifiedOrigins));
    if (hasKey) return;
    const message = vscode.l10n.t("The backup route {0} has no API key, so it isn't used.", host);
    showToast(log, 'information', message, [enterApiKeyAction(undefined, url)]);
  }
}
