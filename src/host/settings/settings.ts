import * as vscode from 'vscode';
import type { EngineSettings } from '../../engine/engine';
import { normalizeBaseUrl, type NormalizedBaseUrl } from '../../engine/gateway/baseUrl';
import { unusablePrompts, type UnusablePrompt } from '../prompts/unusablePrompts';
import { Disposable } from '../util/disposable';
import {
  parseChoice,
  defaultBaseUrl,
  defaultModel,
  jitterChoices,
  parseModels,
  parseNumber,
  numberSettings,
  parsePrompts,
  resumeChoices,
  textFrom,
  parseTimeout,
  type UserPrompt,
} from './settingValues';

const section = 'holysheep';

/** VS Code also says which of the user's values are those of a remote machine, though its API does not mention it. */
interface InspectedSetting {
  readonly defaultValue?: unknown;
  readonly globalValue?: unknown;
  readonly globalLocalValue?: unknown;
  readonly globalRemoteValue?: unknown;
  readonly workspaceValue?: unknown;
}

/** The user's settings, read anew at every call and made usable; nothing here throws on what a file may hold. */
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

  engine(): EngineSettings {
    return {
      retry: {
        maxRetries: this.number('retry.maxRetries'),
        baseDelayMs: this.number('retry.baseDelayMs'),
        maxDelayMs: this.number('retry.maxDelayMs'),
        jitter: parseChoice(this.read('retry.jitter'), jitterChoices),
        maxHintMs: this.number('retry.maxHintMs'),
      },
      fallbackModels: parseModels(this.read('fallbackModels')),
      resume: parseChoice(this.read('resume'), resumeChoices),
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

  /** As the user wrote it; may hold credentials or nonsense. */
  baseUrlText(): string {
    const value = this.readUser('baseUrl');
    return typeof value === 'string' ? value : defaultBaseUrl;
  }

  model(): string {
    return textFrom(this.read('model'), defaultModel);
  }

  /** Empty: none is sent. */
  systemPrompt(): string {
    return textFrom(this.readUser('systemPrompt'), '');
  }

  temperature(): number {
    return this.number('temperature');
  }

  maxTokens(): number {
    return this.number('maxTokens');
  }

  /** The user's own. */
  prompts(): readonly UserPrompt[] {
    return parsePrompts(this.readUser('prompts'));
  }

  /** Those of the user's own that `prompts` leaves out, or has twice. */
  unusablePrompts(): readonly UnusablePrompt[] {
    return unusablePrompts(this.readUser('prompts'));
  }

  /** What the workspace brings, or the machine it is on: a dev container's settings are the workspace's. */
  workspacePrompts(): readonly UserPrompt[] {
    const { workspaceValue, globalRemoteValue } = this.inspect('prompts');
    return [...parsePrompts(workspaceValue), ...parsePrompts(globalRemoteValue)];
  }

  /** Beside what is there, even where that can't be used: it may be being written. */
  addPrompt(prompt: UserPrompt): Thenable<void> {
    const value = this.readUser('prompts');
    const entries: readonly unknown[] = Array.isArray(value) ? value : [];
    const configuration = vscode.workspace.getConfiguration(section);
    return configuration.update('prompts', [...entries, prompt], vscode.ConfigurationTarget.Global);
  }

  historyLimit(): number {
    return parseNumber(this.readUser('history.limit'), numberSettings['history.limit']);
  }

  /** Written where it takes effect: a workspace that names a model would hide the user's. */
  setModel(id: string): Thenable<void> {
    const configuration = vscode.workspace.getConfiguration(section);
    const hidden = configuration.inspect('model')?.workspaceValue !== undefined;
    const target = hidden ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
    return configuration.update('model', id, target);
  }

  setBaseUrl(url: string): Thenable<void> {
    return vscode.workspace.getConfiguration(section).update('baseUrl', url, vscode.ConfigurationTarget.Global);
  }

  private number(key: keyof typeof numberSettings): number {
    return parseNumber(this.read(key), numberSettings[key]);
  }

  private read(key: string): unknown {
    return vscode.workspace.getConfiguration(section).get(key);
  }

  /** Where requests go, what is said in the user's name and what is deleted: never from a workspace, a folder or a remote machine. */
  private readUser(key: string): unknown {
    const { globalValue, globalLocalValue, globalRemoteValue, defaultValue } = this.inspect(key);
    return (globalRemoteValue === undefined ? globalValue : globalLocalValue) ?? defaultValue;
  }

  private inspect(key: string): InspectedSetting {
    return vscode.workspace.getConfiguration(section).inspect(key) ?? {};
  }
}
