import * as vscode from 'vscode';
import type { EngineSettings } from '../../engine/engine';
import { normalizeBaseUrl, type BaseUrl, type NormalizedBaseUrl } from '../../engine/gateway/baseUrl';
import { unusablePrompts, type UnusablePrompt } from './unusablePrompts';
import type { RequestParameters } from '../../engine/request';
import { Disposable } from '../util/disposable';
import {
  continueWithFallbackChoices,
  parseChoice,
  defaultBaseUrl,
  defaultModel,
  jitterChoices,
  parseStrings,
  parseNumber,
  numberSettings,
  parsePrompts,
  resumeChoices,
  parseText,
  parseTimeout,
  type UserPrompt,
} from './settingValues';

const section = 'holysheep';

/**
 * The values of a setting in each kind of settings. The properties for the local and the remote user settings are not
 * documented in VS Code's API.
 */
interface InspectedSetting {
  readonly defaultValue?: unknown;
  readonly globalValue?: unknown;
  readonly globalLocalValue?: unknown;
  readonly globalRemoteValue?: unknown;
  readonly workspaceValue?: unknown;
}

/**
 * Reads the extension's settings anew at every call. Invalid values are replaced by defaults, so reading never throws.
 */
export class Settings extends Disposable {
  private readonly changed = this.register(new vscode.EventEmitter<void>());
  readonly onDidChange = this.changed.event;

  constructor() {
    super();
    this.register(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(section)) this.changed.fire();
      }),
    );
  }

  engineSettings(): EngineSettings {
    return {
      retry: {
        maxRetries: this.number('retry.maxRetries'),
        baseDelayMs: this.number('retry.baseDelayMs'),
        maxDelayMs: this.number('retry.maxDelayMs'),
        jitter: parseChoice(this.read('retry.jitter'), jitterChoices),
        maxHintMs: this.number('retry.maxHintMs'),
      },
      fallbackModels: parseStrings(this.read('fallbackModels')),
      resume: parseChoice(this.read('resume'), resumeChoices),
      continueWithFallback: parseChoice(this.read('continueWithFallback'), continueWithFallbackChoices),
      timeout: {
        headersMs: parseTimeout(this.read('timeout.headersMs')),
        firstTokenMs: parseTimeout(this.read('timeout.firstTokenMs')),
        idleMs: parseTimeout(this.read('timeout.idleMs')),
        silentMs: parseTimeout(this.read('timeout.silentMs')),
      },
    };
  }

  baseUrl(): NormalizedBaseUrl {
    return normalizeBaseUrl(this.baseUrlText());
  }

  /** Returns the base URL as the user wrote it. It may contain credentials or be invalid. */
  baseUrlText(): string {
    const value = this.readUser('baseUrl');
    return typeof value === 'string' ? value : defaultBaseUrl;
  }

  /**
   * Returns the valid base URLs of the backup routes, in the user's order and without duplicates of the base URL or of
   * each other.
   */
  backupBaseUrls(): readonly BaseUrl[] {
    const primary = this.baseUrl();
    const seen = new Set('error' in primary ? [] : [primary.url]);
    return this.backupBaseUrlTexts().flatMap((text) => {
      const baseUrl = normalizeBaseUrl(text);
      if ('error' in baseUrl || seen.has(baseUrl.url)) return [];
      seen.add(baseUrl.url);
      return [baseUrl];
    });
  }

  /**
   * Returns the list of backup base URLs as the user wrote it. An entry may contain credentials or be invalid. An entry
   * that is not a text is returned as an empty text, so that the positions in the list stay the same.
   */
  backupBaseUrlTexts(): readonly string[] {
    const value = this.readUser('backupBaseUrls');
    const entries: readonly unknown[] = Array.isArray(value) ? value : [];
    return entries.map((entry) => (typeof entry === 'string' ? entry : ''));
  }

  model(): string {
    return parseText(this.read('model'), defaultModel);
  }

  /** Returns the system prompt, or an empty string if requests contain none. */
  systemPrompt(): string {
    return parseText(this.readUser('systemPrompt'), '');
  }

  /** Returns the parameters that the user has set, and the defaults for the others. */
  requestParameters(): RequestParameters {
    const { temperature, maxTokens } = numberSettings;
    return {
      temperature: this.numberIfSet('temperature'),
      maxTokens: this.numberIfSet('maxTokens'),
      defaults: { temperature: temperature.default, maxTokens: maxTokens.default },
    };
  }

  /** Returns the prompts from the user settings. */
  prompts(): readonly UserPrompt[] {
    return parsePrompts(this.readUser('prompts'));
  }

  /**
   * Returns the entries in the user settings that are not valid prompts, or whose title is used by a previous entry.
   */
  unusablePrompts(): readonly UnusablePrompt[] {
    return unusablePrompts(this.readUser('prompts'));
  }

  /**
   * Returns the prompts in the workspace settings and in the settings of a remote machine. The settings of a remote
   * machine count as part of the workspace, because a dev container gets them from the workspace.
   */
  workspacePrompts(): readonly UserPrompt[] {
    const { workspaceValue, globalRemoteValue } = this.inspect('prompts');
    return [...parsePrompts(workspaceValue), ...parsePrompts(globalRemoteValue)];
  }

  /**
   * Appends a prompt to the user settings. Invalid entries are preserved, because the user may still be editing them.
   */
  addPrompt(prompt: UserPrompt): Thenable<void> {
    const value = this.readUser('prompts');
    const entries: readonly unknown[] = Array.isArray(value) ? value : [];
    const configuration = vscode.workspace.getConfiguration(section);
    return configuration.update('prompts', [...entries, prompt], vscode.ConfigurationTarget.Global);
  }

  historyLimit(): number {
    return parseNumber(this.readUser('history.limit'), numberSettings['history.limit']);
  }

  /** Saves the model in the workspace settings if they contain a model, or else in the user settings. */
  setModel(id: string): Thenable<void> {
    const configuration = vscode.workspace.getConfiguration(section);
    const isOverridden = configuration.inspect('model')?.workspaceValue !== undefined;
    const target = isOverridden ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
    return configuration.update('model', id, target);
  }

  setBaseUrl(url: string): Thenable<void> {
    return vscode.workspace.getConfiguration(section).update('baseUrl', url, vscode.ConfigurationTarget.Global);
  }

  /**
   * Removes the base URLs of an origin from the backup routes. Other entries are preserved, even if they are invalid.
   * @returns a function that inserts the removed entries again
   */
  async removeBackupBaseUrls(origin: string): Promise<() => Thenable<void>> {
    const isOfOrigin = (entry: unknown): boolean => {
      const baseUrl = typeof entry === 'string' ? normalizeBaseUrl(entry) : undefined;
      return baseUrl !== undefined && !('error' in baseUrl) && baseUrl.origin === origin;
    };
    const previous = this.backupEntries();
    await this.setBackupEntries(previous.filter((entry) => !isOfOrigin(entry)));
    return () => {
      // Inserts the entries into the current list, because the user may have changed the list meanwhile.
      const restored = previous.reduce<readonly unknown[]>(
        (entries, entry, index) =>
          isOfOrigin(entry) && !entries.includes(entry) ? entries.toSpliced(index, 0, entry) : entries,
        this.backupEntries(),
      );
      return this.setBackupEntries(restored);
    };
  }

  private backupEntries(): readonly unknown[] {
    const value = this.readUser('backupBaseUrls');
    return Array.isArray(value) ? value : [];
  }

  private setBackupEntries(entries: readonly unknown[]): Thenable<void> {
    const configuration = vscode.workspace.getConfiguration(section);
    return configuration.update('backupBaseUrls', entries, vscode.ConfigurationTarget.Global);
  }

  /** Returns the value of a setting, or undefined if the user has set none, not even an invalid one. */
  private numberIfSet(key: keyof typeof numberSettings): number | undefined {
    const isSet = Object.entries(this.inspect(key)).some(
      ([name, value]) => /^(?!default).*Value$/.test(name) && value !== undefined,
    );
    return isSet ? this.number(key) : undefined;
  }

  private number(key: keyof typeof numberSettings): number {
    return parseNumber(this.read(key), numberSettings[key]);
  }

  private read(key: string): unknown {
    return vscode.workspace.getConfiguration(section).get(key);
  }

  /**
   * Reads a setting only from the user settings of this machine. The settings of a workspace, a folder or a remote
   * machine must not decide where requests go, what is sent in the user's name or which conversations are deleted.
   */
  private readUser(key: string): unknown {
    const { globalValue, globalLocalValue, globalRemoteValue, defaultValue } = this.inspect(key);
    return (globalRemoteValue === undefined ? globalValue : globalLocalValue) ?? defaultValue;
  }

  private inspect(key: string): InspectedSetting {
    return vscode.workspace.getConfiguration(section).inspect(key) ?? {};
  }
}
