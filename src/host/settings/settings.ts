import { isDeepStrictEqual } from 'node:util';
import { listIn, textIn } from '../../engine/json';
import * as vscode from 'vscode';
import type { EngineSettings } from '../../engine/environment';
import { normalizeBaseUrl, type NormalizedBaseUrl } from '../../engine/gateway/baseUrl';
import type { EffortChoice, RequestParameters } from '../../engine/request';
import { currencyOf, knownName } from './knownGateways';
import { ChangeNotifier } from '../util/changeNotifier';
import { readBudget, type DailyBudget } from './dailyBudget';
import { entryOf, isEntryOf, moveEntry, readGateways, type GatewayEntry } from './gateways';
import { readModelOverrides, type ModelOverrides } from './modelOverrides';
import { UserError } from '../util/userError';
import { entriesOfPrimary, withPrimary, type Lists } from './primaryGateway';
import { readPrompts, type UserPrompt } from './userPrompts';

const section = 'holysheep';

/** The location of a conversation in VS Code's window: an editor tab, or the view in the side bar. */
export type PanelLocation = 'editor' | 'sideBar';

interface SettingSchema {
  readonly type: unknown;
  readonly default: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly unknown[];
}

export interface SettingsManifest {
  readonly contributes: {
    readonly configuration: readonly { readonly properties: Readonly<Record<string, SettingSchema>> }[];
  };
}

/**
 * Result of VS Code's `inspect`, with two fields that VS Code's API does not declare: `globalLocalValue` (the user
 * settings of the local machine) and `globalRemoteValue` (the user settings of the remote machine).
 */
interface InspectedSetting {
  readonly globalValue?: unknown;
  readonly globalLocalValue?: unknown;
  readonly globalRemoteValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

/**
 * Key in VS Code's workspace state. The value is the last model that the user chose in this workspace. Files of the
 * workspace can't change it.
 */
const chosenModelKey = 'holysheep.chosenModel';

/**
 * The settings of the extension. Most settings are read anew each time they are used. VS Code also returns invalid
 * values, so invalid values are replaced by the default value or the nearest limit.
 */
export class Settings extends ChangeNotifier {
  private readonly schemas: Readonly<Record<string, SettingSchema>>;
  /**
   * Function that looks up a model in `holysheep.modelOverrides`. It is cached until the settings change, because lists
   * of thousands of models call it for each model.
   */
  private overrides: ModelOverrides | undefined;

  constructor(
    { contributes }: SettingsManifest,
    private readonly workspaceState: vscode.Memento,
  ) {
    super();
    const groups = contributes.configuration.map(({ properties }) => Object.entries(properties));
    this.schemas = Object.fromEntries(groups.flat());
    this.register(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration(section)) return;
        this.overrides = undefined;
        this.changeEmitter.fire();
      }),
    );
  }

  /**
   * Returns the settings for a turn.
   * @param model the name under which the user has selected the turn's model
   */
  engineSettings(model = this.model()): EngineSettings {
    const group = (name: string, keys: readonly string[]): Readonly<Record<string, unknown>> =>
      Object.fromEntries(keys.map((key) => [key, this.value(`${name}.${key}`)]));
    const settings: Readonly<Record<keyof EngineSettings, unknown>> = {
      retry: group('retry', ['maxRetries', 'baseDelayMs', 'maxDelayMs', 'jitter', 'maxHintMs']),
      fallbackModels: stringsIn(this.read('fallbackModels')),
      resume: this.value('resume'),
      continueWithFallback: this.value('continueWithFallback'),
      timeout: group('timeout', ['headersMs', 'firstTokenMs', 'idleMs', 'silentMs']),
      isWorkspaceModel: this.isWorkspaceModel(model),
    };
    return settings as unknown as EngineSettings;
  }

  baseUrl(): NormalizedBaseUrl {
    return normalizeBaseUrl(this.baseUrlText());
  }

  /** Returns the base URL as the user wrote it. It can contain credentials or be invalid. */
  baseUrlText(): string {
    const value = this.readUser('baseUrl');
    return typeof value === 'string' ? value : String(this.schema('baseUrl').default);
  }

  gateways(): ReturnType<typeof readGateways> {
    return readGateways(this.userList('backupBaseUrls'), this.primary());
  }

  /**
   * Returns the gateway with this base URL, including its name and model names if the settings contain them.
   * @param url the normalized base URL
   */
  gateway(url: string): GatewayEntry {
    return this.gateways().usableGateways.find((entry) => entry.url === url) ?? { url };
  }

  /**
   * Changes the name of a gateway.
   * @param url the normalized base URL
   * @param name the new name. If it is empty, a backup gateway has no name and the primary gateway has its known name.
   */
  rename(url: string, name: string): Thenable<void> {
    const entry = { ...this.gateway(url), name: textIn(name) };
    return url === this.primary()?.url
      ? this.update('backupBaseUrls', [...this.backups(), ...entriesOfPrimary(entry)])
      : this.replaceBackup(entry);
  }

  model(): string {
    return textIn(this.read('model')) ?? String(this.schema('model').default);
  }

  modelOverrides(...[names]: Parameters<ModelOverrides>): ReturnType<ModelOverrides> {
    this.overrides ??= readModelOverrides(this.readUser('modelOverrides'));
    return this.overrides(names);
  }

  budget(): DailyBudget | undefined {
    return readBudget(this.readUser('budget'), currencyOf(this.primary()?.url ?? ''));
  }

  systemPrompt(): string {
    return textIn(this.readUser('systemPrompt')) ?? '';
  }

  reasoningEffort(): EffortChoice {
    return this.valid('reasoningEffort', this.readUser('reasoningEffort')) as EffortChoice;
  }

  requestParameters(): RequestParameters {
    return {
      temperature: this.numberIfSet('temperature'),
      maxTokens: this.numberIfSet('maxTokens'),
      defaults: {
        temperature: Number(this.schema('temperature').default),
        maxTokens: Number(this.schema('maxTokens').default),
      },
    };
  }

  prompts(): ReturnType<typeof readPrompts> {
    return readPrompts(this.readUser('prompts'));
  }

  /**
   * Returns the prompts in the workspace settings and in the settings of a remote machine, because a dev container can
   * define prompts in its machine settings.
   */
  workspacePrompts(): readonly UserPrompt[] {
    const { workspaceValue, globalRemoteValue } = this.inspect('prompts');
    return readPrompts([...listIn(workspaceValue), ...listIn(globalRemoteValue)]).usablePrompts;
  }

  /**
   * Adds a prompt to the user's settings. Invalid entries of the setting are kept, because the user might still be
   * editing them.
   */
  addPrompt(prompt: UserPrompt): Thenable<void> {
    return this.update('prompts', [...this.userList('prompts'), prompt]);
  }

  openIn(): PanelLocation {
    return this.valid('openIn', this.readUser('openIn')) as PanelLocation;
  }

  setOpenIn(location: PanelLocation): Thenable<void> {
    return this.update('openIn', location);
  }

  historyLimit(): number {
    return this.valid('history.limit', this.readUser('history.limit')) as number;
  }

  /**
   * Returns whether a model's name comes only from the settings of the workspace or of a remote machine. Such a name
   * must not determine which gateway is used, because the user has not chosen it.
   */
  isWorkspaceModel(model: string): boolean {
    const ofUser = [
      this.readUser('model'),
      ...this.userList('fallbackModels'),
      this.workspaceState.get(chosenModelKey),
    ];
    if (ofUser.includes(model)) return false;
    const ofWorkspace = ['model', 'fallbackModels'].flatMap((key) => {
      const { workspaceValue, workspaceFolderValue, globalRemoteValue } = this.inspect(key);
      return [workspaceValue, workspaceFolderValue, globalRemoteValue].flat();
    });
    return stringsIn(ofWorkspace).includes(model);
  }

  /**
   * Saves the selected model, in the workspace settings if they already contain a model, and otherwise in the user
   * settings.
   * @param value the model, or any earlier value of the setting that is restored. If undefined, the setting is removed.
   */
  setModel(value: unknown): Thenable<void> {
    const isOverridden = this.inspect('model').workspaceValue !== undefined;
    const { Workspace, Global } = vscode.ConfigurationTarget;
    return this.update('model', value, isOverridden ? Workspace : Global);
  }

  /** Saves the model that the user has chosen, and remembers that the user, not the workspace, has chosen it. */
  async chooseModel(model: string): Promise<void> {
    await this.workspaceState.update(chosenModelKey, model);
    await this.setModel(model);
  }

  /**
   * Returns whether the base URL is still the default value. In this case, the user has not chosen a primary gateway.
   */
  hasDefaultBaseUrl(): boolean {
    return this.baseUrlText() === this.schema('baseUrl').default;
  }

  /**
   * Adds a backup gateway to the settings.
   * @returns a function that removes the gateway again
   */
  async addBackup(gateway: GatewayEntry): Promise<() => Promise<void>> {
    await this.update('backupBaseUrls', [...this.userList('backupBaseUrls'), entryOf(gateway)]);
    return async () => {
      await this.removeBackupBaseUrls(gateway.url);
    };
  }

  replaceBackup(gateway: GatewayEntry): Thenable<void> {
    const entries = this.userList('backupBaseUrls');
    return this.update(
      'backupBaseUrls',
      entries.map((entry) => (isEntryOf(entry, gateway.url) ? entryOf(gateway) : entry)),
    );
  }

  moveBackup(url: string, by: -1 | 1): Thenable<void> {
    const { usableGateways } = readGateways(this.backups());
    return this.update('backupBaseUrls', moveEntry(this.userList('backupBaseUrls'), usableGateways, url, by));
  }

  /**
   * Makes a gateway the primary gateway, see {@link withPrimary}.
   * @param keepsPrevious whether the previous primary gateway becomes the first backup
   * @returns a function that undoes the change. It keeps the selected model or the fallback models if the user has
   * changed them in the meantime. It throws a UserError if the base URL or the backups have been changed in the
   * meantime.
   */
  async setPrimary(gateway: GatewayEntry, keepsPrevious: boolean, lists: Lists): Promise<() => Promise<void>> {
    const before = {
      baseUrl: this.readUser('baseUrl'),
      backupBaseUrls: this.readUser('backupBaseUrls'),
      fallbackModels: this.readUser('fallbackModels'),
    };
    const model = this.model();
    const writtenModel = (): unknown => this.inspect('model').workspaceValue ?? this.readUser('model');
    const previousModel = writtenModel();
    const { model: newModel, ...after } = withPrimary(
      {
        backupBaseUrls: this.backups(),
        fallbackModels: stringsIn(before.fallbackModels),
        model,
      },
      gateway,
      keepsPrevious ? this.primary() : undefined,
      lists,
    );
    // The backups are written before the base URL, so that the settings contain the previous primary gateway at every
    // moment.
    await this.update('backupBaseUrls', after.backupBaseUrls);
    await this.update('baseUrl', after.baseUrl);
    if (after.fallbackModels.length > 0) await this.update('fallbackModels', after.fallbackModels);
    if (newModel !== model) await this.setModel(newModel);
    const isUnchanged = (key: keyof typeof after): boolean => isDeepStrictEqual(this.readUser(key), after[key]);
    return async () => {
      if (!isUnchanged('baseUrl') || !isUnchanged('backupBaseUrls')) {
        throw new UserError(vscode.l10n.t("Can't undo, because the gateway settings have changed since then."));
      }
      await this.update('backupBaseUrls', before.backupBaseUrls);
      await this.update('baseUrl', before.baseUrl);
      if (isUnchanged('fallbackModels')) await this.update('fallbackModels', before.fallbackModels);
      if (newModel !== model && writtenModel() === newModel) await this.setModel(previousModel);
    };
  }

  setBaseUrl(url: string): Thenable<void> {
    return this.update('baseUrl', url);
  }

  /**
   * Removes a backup gateway from the settings. Other entries are kept, even if they are invalid.
   * @returns a function that inserts the removed entries again
   */
  async removeBackupBaseUrls(baseUrl: string): Promise<() => Thenable<void>> {
    const previous = this.userList('backupBaseUrls');
    const removed = previous.filter((entry) => isEntryOf(entry, baseUrl));
    await this.update(
      'backupBaseUrls',
      previous.filter((entry) => !removed.includes(entry)),
    );
    return () => {
      // The entries are inserted into the current list, because the user might have changed the list in the meantime.
      const current = this.userList('backupBaseUrls');
      return this.update('backupBaseUrls', current.toSpliced(previous.indexOf(removed[0]), 0, ...removed));
    };
  }

  /**
   * Returns the primary gateway, or undefined if its base URL is invalid. Its name comes from the entry of
   * `holysheep.backupBaseUrls` with the same base URL, because the setting `holysheep.baseUrl` can't contain a name.
   */
  private primary(): GatewayEntry | undefined {
    const primary = this.baseUrl();
    if ('error' in primary) return undefined;
    const { url } = primary;
    const { usableGateways } = readGateways(this.userList('backupBaseUrls'));
    return { url, name: usableGateways.find((entry) => entry.url === url)?.name ?? knownName(url) };
  }

  /** Returns the entries of `holysheep.backupBaseUrls`, except for the entry that only names the primary gateway. */
  private backups(): readonly unknown[] {
    const primary = this.primary();
    return this.userList('backupBaseUrls').filter((entry) => !primary || !isEntryOf(entry, primary.url));
  }

  /**
   * Returns the value of a numeric setting, or undefined if the user has not set it. An invalid value is replaced by
   * the default value or the nearest limit.
   */
  private numberIfSet(key: string): number | undefined {
    const isSet = Object.entries(this.inspect(key)).some(
      ([name, value]) => /^(?!default).*Value$/.test(name) && value !== undefined,
    );
    return isSet ? (this.value(key) as number) : undefined;
  }

  private value(key: string): unknown {
    return this.valid(key, this.read(key));
  }

  private valid(key: string, value: unknown): unknown {
    const { type, default: fallback, minimum = -Infinity, maximum = Infinity, enum: choices } = this.schema(key);
    if (choices) return choices.includes(value) ? value : fallback;
    if (typeof value !== 'number' || Number.isNaN(value)) return fallback;
    const number = Math.min(maximum, Math.max(minimum, value));
    return type === 'number' ? number : Math.round(number);
  }

  private schema(key: string): SettingSchema {
    const schema = this.schemas[`${section}.${key}`];
    if (!schema) throw new Error(`package.json has no setting ${section}.${key}.`);
    return schema;
  }

  private read(key: string): unknown {
    return vscode.workspace.getConfiguration(section).get(key);
  }

  /**
   * Returns the value of a setting from the user settings only. The settings of a workspace or of a remote machine must
   * not decide where requests go, or what is sent or deleted.
   */
  private readUser(key: string): unknown {
    const { globalValue, globalLocalValue, globalRemoteValue } = this.inspect(key);
    return globalRemoteValue === undefined ? globalValue : globalLocalValue;
  }

  private userList(key: string): readonly unknown[] {
    return listIn(this.readUser(key));
  }

  private inspect(key: string): InspectedSetting {
    return vscode.workspace.getConfiguration(section).inspect(key) ?? {};
  }

  private update(key: string, value: unknown, target = vscode.ConfigurationTarget.Global): Thenable<void> {
    return vscode.workspace.getConfiguration(section).update(key, value, target);
  }
}

function stringsIn(value: unknown): readonly string[] {
  return [...new Set(listIn(value).flatMap((entry) => textIn(entry) ?? []))];
}
