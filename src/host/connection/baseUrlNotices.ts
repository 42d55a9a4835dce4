import * as vscode from 'vscode';
import { maxBaseUrlLength, normalizeBaseUrl, type BaseUrl, type BaseUrlProblem } from '../../engine/gateway/baseUrl';
import type { DemoMode } from '../demo/demoMode';
import type { Log } from '../util/log';
import { openSettingAction, showToast } from '../ui/notifications';
import { Disposable } from '../util/disposable';
import type { Settings } from '../settings/settings';

interface BaseUrlNoticeDeps {
  readonly settings: Settings;
  readonly demo: DemoMode;
  readonly log: Log;
  readonly memory: vscode.Memento;
}

const backupsSetting = 'holysheep.backupBaseUrls';
const memoryKey = 'holysheep.baseUrlNotices';
/** Maximum number of notices that are remembered as already shown. Beyond that number, the oldest are forgotten. */
const maxSavedNotices = 20;

/** Notifies the user once about a base URL or a backup base URL that is invalid, is insecure or was corrected. */
export class BaseUrlNotices extends Disposable {
  /** The base URL that was checked last. It is not stored, so an invalid URL is reported again in the next window. */
  private notified: string | undefined;
  /** The backup base URLs that were checked. */
  private readonly notifiedBackups = new Set<string>();

  constructor(private readonly deps: BaseUrlNoticeDeps) {
    super();
    this.register(deps.settings.onDidChange(() => this.check()));
    this.register(deps.demo.onDidChange(() => this.check()));
    this.check();
  }

  private check(): void {
    const { settings, demo } = this.deps;
    if (demo.active) return;
    this.checkBaseUrl(settings.baseUrlText());
    settings.backupBaseUrlTexts().forEach((text, index) => this.checkBackup(text, index + 1));
  }

  private checkBaseUrl(text: string): void {
    const { settings, log } = this.deps;
    if (this.notified === text) return;
    this.notified = text;
    const baseUrl = settings.baseUrl();
    if ('error' in baseUrl) {
      showToast(log, 'error', baseUrlErrorMessage(baseUrl.error), [openSettingAction('holysheep.baseUrl')]);
      return;
    }
    const changed = baseUrl.corrections.some((correction) => correction !== 'trimmed');
    if (baseUrl.corrections.length > 0) log.info(`Base URL: ${baseUrl.url} (${baseUrl.corrections.join(', ')})`);
    if ((changed || baseUrl.insecure) && this.isFirstTime(baseUrl)) this.notify(baseUrl, text, changed);
  }

  /** @param position number of the entry in the setting, starting with 1 */
  private checkBackup(text: string, position: number): void {
    const { log } = this.deps;
    if (this.notifiedBackups.has(text)) return;
    this.notifiedBackups.add(text);
    const baseUrl = normalizeBaseUrl(text);
    if ('error' in baseUrl) {
      showToast(log, 'error', backupErrorMessage(baseUrl.error, position), [openSettingAction(backupsSetting)]);
      return;
    }
    if (baseUrl.corrections.length > 0) log.info(`Backup base URL: ${baseUrl.url} (${baseUrl.corrections.join(', ')})`);
    if (baseUrl.insecure && this.isFirstTime(baseUrl)) this.warnAboutPlainHttp(baseUrl, backupsSetting);
  }

  private notify(baseUrl: BaseUrl, text: string, changed: boolean): void {
    const { log, settings } = this.deps;
    if (changed) {
      const message = vscode.l10n.t('Requests are sent to {0} (your setting: {1}).', baseUrl.url, text.trim());
      const update = { title: vscode.l10n.t('Update setting'), run: () => settings.setBaseUrl(baseUrl.url) };
      showToast(log, 'information', message, [update]);
    }
    if (baseUrl.insecure) this.warnAboutPlainHttp(baseUrl, 'holysheep.baseUrl');
  }

  private warnAboutPlainHttp({ host }: BaseUrl, setting: string): void {
    const message = vscode.l10n.t(
      'Requests to {0} use plain HTTP, so your API key and prompts can be intercepted. Use https:// if you can.',
      host,
    );
    showToast(this.deps.log, 'warning', message, [openSettingAction(setting)]);
  }

  private isFirstTime({ url, corrections }: BaseUrl): boolean {
    const { memory, log } = this.deps;
    // Stores the normalized URL instead of the setting's text, because the text's query may contain a secret.
    const notice = [url, ...corrections].join(' ');
    const shown = memory.get<readonly string[]>(memoryKey, []);
    if (shown.includes(notice)) return false;
    memory
      .update(memoryKey, [...shown, notice].slice(-maxSavedNotices))
      .then(undefined, (error: unknown) => log.error(error));
    return true;
  }
}

/**
 * Returns a message about an invalid base URL. The message does not quote the URL, because it may contain a password.
 */
export function baseUrlErrorMessage(problem: BaseUrlProblem): string {
  switch (problem) {
    case 'empty':
      return vscode.l10n.t('holysheep.baseUrl is empty. For HolySheep, enter https://api.holysheep.ai/v1.');
    case 'too-long':
      return vscode.l10n.t('holysheep.baseUrl is longer than {0} characters.', maxBaseUrlLength);
    case 'not-a-url':
      return vscode.l10n.t('holysheep.baseUrl is not a valid URL. Example: https://api.holysheep.ai/v1.');
    case 'not-http':
      return vscode.l10n.t('holysheep.baseUrl must start with https:// or http://.');
    case 'credentials':
      return vscode.l10n.t(
        'holysheep.baseUrl contains a user name or password. Remove it and set the key with “HolySheep: Set API Key”.',
      );
  }
}

/**
 * Returns a message about an invalid backup base URL. The message does not quote the URL, because it may contain a
 * password.
 * @param position number of the entry in the setting, starting with 1
 */
function backupErrorMessage(problem: BaseUrlProblem, position: number): string {
  switch (problem) {
    case 'empty':
      return vscode.l10n.t(
        'Entry {0} of holysheep.backupBaseUrls contains no base URL. Enter one, or remove the entry.',
        position,
      );
    case 'too-long':
      return vscode.l10n.t(
        'Entry {0} of holysheep.backupBaseUrls is longer than {1} characters.',
        position,
        maxBaseUrlLength,
      );
    case 'not-a-url':
      return vscode.l10n.t('Entry {0} of holysheep.backupBaseUrls is not a valid URL.', position);
    case 'not-http':
      return vscode.l10n.t('Entry {0} of holysheep.backupBaseUrls must start with https:// or http://.', position);
    case 'credentials':
      return vscode.l10n.t(
        'Entry {0} of holysheep.backupBaseUrls contains a user name or password. Remove it and set the key with “HolySheep: Set API Key”.',
        position,
      );
  }
}
