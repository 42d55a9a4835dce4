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
}

/** Notifies the user about backup routes without an API key, once per origin in this window. */
export class MissingKeyNotices extends Disposable {
  private readonly notifiedOrigins = new Set<string>();

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
    const { keys, log } = this.deps;
    if ((await keys.get(origin)) !== undefined || this.notifiedOrigins.has(origin)) return;
    this.notifiedOrigins.add(origin);
    const message = vscode.l10n.t("The backup route {0} has no API key, so it isn't used.", host);
    showToast(log, 'information', message, [enterApiKeyAction(undefined, url)]);
  }
}
