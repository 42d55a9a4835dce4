import * as vscode from 'vscode';
import { hostOf, normalizeBaseUrl, usesPlainHttp } from '../../engine/gateway/baseUrl';
import { allowsRequests } from '../../engine/gateway/gateway';
import { enterApiKeyAction, openSettingAction, showMessage } from '../ui/notifications';
import { Disposable } from '../util/disposable';
import { backupProblemMessage, gatewayProblemMessage } from '../settings/gatewayProblems';
import { readKeyStates } from './gatewayPick';
import type { GatewayServices } from './userGateways';

interface GatewayNoticeDeps extends GatewayServices {
  readonly memory: vscode.Memento;
}

const baseUrlSetting = 'holysheep.baseUrl';
const backupsSetting = 'holysheep.backupBaseUrls';

const memoryKey = 'holysheep.gatewayNotices';

/**
 * Notifies the user about problems of the gateways in the settings. An invalid URL is reported once in each window.
 * Other problems are reported only once in all windows: a URL that the extension has corrected, plain HTTP, and a
 * backup gateway without an API key. A notice stays until the user closes it, because it is not repeated.
 */
export class GatewayNotices extends Disposable {
  /** Base URLs that this window has checked, as the user wrote them. */
  private readonly checkedUrls = new Set<string>();
  /**
   * Origins for which this window has seen an API key. If such a key is missing later, the user has removed it, so no
   * notification about a missing key is needed.
   */
  private readonly originsWithKey = new Set<string>();

  constructor(private readonly deps: GatewayNoticeDeps) {
    super();
    for (const source of [deps.userGateways, deps.gatewaySets.demo])
      this.register(source.onDidChange(() => this.check()));
    this.check();
  }

  private check(): void {
    const { settings, gatewaySets, log } = this.deps;
    // Problems of the user's gateways are not reported while the offline demo is open, because the demo does not use
    // these gateways.
    if (gatewaySets.current !== gatewaySets.own) return;
    this.checkBaseUrl(settings.baseUrlText());
    this.checkBackups();
    this.checkKeys().catch(log.error);
  }

  private checkBaseUrl(text: string): void {
    const { settings, log } = this.deps;
    if (!this.isUnchecked(`primary ${text}`)) return;
    const baseUrl = normalizeBaseUrl(text);
    if ('error' in baseUrl) {
      showMessage(log, 'error', gatewayProblemMessage(baseUrl.error), [openSettingAction(baseUrlSetting)], 'question');
      return;
    }
    const { url, isCorrected } = baseUrl;
    // The URL is remembered in normalized form, without its query, because the query can contain a secret.
    if (isCorrected && this.remember(`corrected ${url}`)) {
      const message = vscode.l10n.t('Requests are sent to {0} (your setting: {1}).', url, text.trim());
      const update = { title: vscode.l10n.t('Update setting'), run: () => settings.setBaseUrl(url) };
      showMessage(log, 'information', message, [update], 'question');
    }
  }

  private checkBackups(): void {
    const { settings, userGateways, log } = this.deps;
    const { unusableGateways } = settings.gateways();
    const text = unusableGateways.map(backupProblemMessage).join(' ');
    if (text !== '' && this.isUnchecked(text))
      showMessage(log, 'error', text, [openSettingAction(backupsSetting)], 'question');
    for (const { id, position } of userGateways.all)
      this.warnAboutPlainHttp(id, position > 0 ? backupsSetting : baseUrlSetting);
  }

  private warnAboutPlainHttp(url: string, setting: string): void {
    if (!usesPlainHttp(url) || !this.remember(url)) return;
    const message = vscode.l10n.t(
      'Requests to {0} use plain HTTP, so your API key and prompts can be intercepted. Use https:// if you can.',
      hostOf(url),
    );
    showMessage(this.deps.log, 'warning', message, [openSettingAction(setting)], 'question');
  }

  /**
   * Reports backup gateways without an API key. Nothing is reported before the primary gateway has a key, because the
   * user has to set that key first.
   */
  private async checkKeys(): Promise<void> {
    const { settings, userGateways, log } = this.deps;
    if ('error' in settings.baseUrl()) return;
    const [primary, ...backups] = await readKeyStates(userGateways.withPrimary());
    if (!allowsRequests(primary?.key)) return;
    for (const { gateway, key } of backups) {
      const { id, origin, label } = gateway;
      if (key === 'key') this.originsWithKey.add(origin);
      if (key !== 'missing' || this.originsWithKey.has(origin) || !this.remember(origin)) continue;
      const message = vscode.l10n.t("The backup gateway {0} has no API key, so it isn't used.", label);
      showMessage(log, 'information', message, [enterApiKeyAction(id)], 'question');
    }
  }

  /**
   * Remembers the text that identifies a notification, so that no later window or session shows the same notification.
   * @returns false if the text was already remembered
   */
  private remember(text: string): boolean {
    const { memory, log } = this.deps;
    const texts = memory.get<readonly string[]>(memoryKey, []);
    if (texts.includes(text)) return false;
    memory.update(memoryKey, [...texts, text]).then(undefined, log.error);
    return true;
  }

  private isUnchecked(id: string): boolean {
    const isNew = !this.checkedUrls.has(id);
    this.checkedUrls.add(id);
    return isNew;
  }
}
