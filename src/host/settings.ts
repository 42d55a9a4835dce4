import * as vscode from 'vscode';
import { normalizeBaseUrl, type NormalizedBaseUrl } from '../core/baseUrl';
import type { EngineSettings } from '../core/settings';
import { Disposable } from './disposable';
import {
  choiceFrom,
  defaultBaseUrl,
  defaultModel,
  jitterChoices,
  modelsFrom,
  numberFrom,
  numberSettings,
  promptsFrom,
  resumeChoices,
  textFrom,
  timeoutFrom,
  type UserPrompt,
} from './settingValues';

const section = 'holysheep';

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
        jitter: choiceFrom(this.read('retry.jitter'), jitterChoices),
        maxHintMs: this.number('retry.maxHintMs'),
      },
      fallbackModels: modelsFrom(this.read('fallbackModels')),
      resume: choiceFrom(this.read('resume'), resumeChoices),
      timeout: {
        headersMs: timeoutFrom(this.read('timeout.headersMs')),
        firstTokenMs: timeoutFrom(this.read('timeout.firstTokenMs')),
        idleMs: timeoutFrom(this.read('timeout.idleMs')),
        silentMs: timeoutFrom(this.read('timeout.silentMs')),
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

  prompts(): readonly UserPrompt[] {
    return promptsFrom(this.readUser('prompts'));
  }

  historyLimit(): number {
    return numberFrom(this.readUser('history.limit'), numberSettings['history.limit']);
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
    return numberFrom(this.read(key), numberSettings[key]);
  }

  private read(key: string): unknown {
    return vscode.workspace.getConfiguration(section).get(key);
  }

  /** Where requests go, what is said in the user's name and what is deleted: never from a workspace, a folder or a remote machine. */
  private readUser(key: string): unknown {
    const inspected = vscode.workspace.getConfiguration(section).inspect(key);
    return inspected?.globalValue ?? inspected?.defaultValue;
  }
}
