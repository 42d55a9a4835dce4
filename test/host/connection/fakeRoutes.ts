import { normalizeBaseUrl, type BaseUrl } from '../../../src/engine/gateway/baseUrl';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import type { ConnectionDeps } from '../../../src/host/connection/connections';

export interface ShownMessage {
  readonly kind: 'information' | 'warning' | 'error';
  readonly message: string;
  readonly buttons: readonly string[];
}

const subscription = { dispose: (): void => undefined };

/** An event emitter with the part of VS Code's API that the sources use. */
class EventEmitter<T> {
  private readonly listeners: ((value: T) => void)[] = [];
  readonly event = (listener: (value: T) => void): typeof subscription => {
    this.listeners.push(listener);
    return subscription;
  };
  fire(value: T): void {
    for (const listener of this.listeners) listener(value);
  }
  dispose(): void {
    this.listeners.length = 0;
  }
}

class CancellationTokenSource {
  readonly token = { isCancellationRequested: false, onCancellationRequested: () => subscription };
  dispose(): void {
    // This fake has nothing to release.
  }
}

/** A fake of VS Code's API that records messages and presses the button with the caption `pressed` in each message. */
export class FakeEditor {
  messages: ShownMessage[] = [];
  commands: (readonly unknown[])[] = [];
  clipboard = '';
  pressed: string | undefined;
  /** Label of the item that the user accepts in a quick pick, or undefined to dismiss the quick pick. */
  accepted: string | undefined;
  quickPicks: FakeQuickPick[] = [];

  reset(): void {
    [this.messages, this.commands, this.quickPicks, this.clipboard] = [[], [], [], ''];
    [this.pressed, this.accepted] = [undefined, undefined];
  }

  /** Returns the part of the `vscode` module for `useVSCode`. */
  api(): object {
    const show =
      (kind: ShownMessage['kind']) =>
      (message: string, ...buttons: string[]): Promise<string | undefined> => {
        this.messages.push({ kind, message, buttons });
        const { pressed } = this;
        if (pressed === undefined || !buttons.includes(pressed)) return Promise.resolve(undefined);
        this.pressed = undefined;
        return Promise.resolve(pressed);
      };
    return {
      EventEmitter,
      CancellationTokenSource,
      CancellationError: class extends Error {},
      InputBoxValidationSeverity: { Error: 3, Warning: 2 },
      QuickPickItemKind: { Separator: -1 },
      l10n: {
        t: (text: string, ...args: unknown[]) => {
          const values = Object(typeof args[0] === 'object' ? args[0] : args) as Record<string, unknown>;
          return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
        },
      },
      env: {
        language: 'en',
        clipboard: { writeText: (text: string) => Promise.resolve(void (this.clipboard = text)) },
      },
      commands: {
        executeCommand: (...command: unknown[]) => Promise.resolve(void this.commands.push(command)),
      },
      workspace: { getConfiguration: () => ({ get: () => undefined, inspect: () => undefined }) },
      window: {
        setStatusBarMessage: () => undefined,
        showInformationMessage: show('information'),
        showWarningMessage: show('warning'),
        showErrorMessage: show('error'),
        createQuickPick: () => {
          const pick = new FakeQuickPick(this);
          this.quickPicks.push(pick);
          return pick;
        },
      },
    };
  }
}

interface FakeItem {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
}

/** A quick pick that the user answers as soon as it is shown. */
export class FakeQuickPick {
  title = '';
  items: readonly FakeItem[] = [];
  activeItems: readonly FakeItem[] = [];
  selectedItems: readonly FakeItem[] = [];
  value = '';
  private accept: () => void = () => undefined;
  private hidden: () => void = () => undefined;

  constructor(private readonly editor: Pick<FakeEditor, 'accepted'>) {}

  readonly onDidAccept = (listener: () => void): void => void (this.accept = listener);
  readonly onDidHide = (listener: () => void): void => void (this.hidden = listener);
  readonly onDidChangeValue = (): void => undefined;
  readonly onDidTriggerItemButton = (): void => undefined;

  show(): void {
    setImmediate(() => {
      this.selectedItems = this.items.filter(({ label }) => label === this.editor.accepted);
      if (this.selectedItems.length > 0) this.accept();
      this.hide();
    });
  }

  hide(): void {
    this.hidden();
  }

  dispose(): void {
    // This fake has nothing to release.
  }
}

function valid(text: string): BaseUrl {
  const baseUrl = normalizeBaseUrl(text);
  if ('error' in baseUrl) throw new Error(`${text} is not a base URL.`);
  return baseUrl;
}

/** Settings and keys of several routes, which tests can change. */
export class FakeRoutes {
  baseUrl = 'https://primary.example/v1';
  backups: readonly string[] = [];
  keys = new Map<string, string>();
  isKeyringLocked = false;
  demoActive = false;
  logged: unknown[] = [];
  infos: string[] = [];
  private readonly settingsChange = new EventEmitter<void>();
  private readonly keyChange = new EventEmitter<void>();

  changeSettings(): void {
    this.settingsChange.fire();
  }

  changeKeys(): void {
    this.keyChange.fire();
  }

  deps(): ConnectionDeps {
    const remembered = new Map<string, unknown>();
    const { settingsChange, keyChange } = this;
    const access = <T>(value: () => T): Promise<T> =>
      this.isKeyringLocked ? Promise.reject(new Error('The keyring is locked.')) : Promise.resolve(value());
    const isDemoActive = (): boolean => this.demoActive;
    return {
      settings: {
        onDidChange: settingsChange.event,
        baseUrl: () => normalizeBaseUrl(this.baseUrl),
        baseUrlText: () => this.baseUrl,
        backupBaseUrls: () => this.backups.map(valid),
        backupBaseUrlTexts: () => this.backups,
        model: () => 'model-1',
      },
      keys: {
        onDidChange: keyChange.event,
        get: (origin: string) => access(() => this.keys.get(origin)),
        set: (origin: string, key: string) => access(() => void this.keys.set(origin, key)),
        delete: (origin: string) => access(() => void this.keys.delete(origin)),
      },
      demo: {
        onDidChange: () => subscription,
        get active() {
          return isDemoActive();
        },
        leave: () => Promise.resolve(),
      },
      log: {
        keys: new KeyRedactor(),
        debug: () => undefined,
        info: (line: string) => void this.infos.push(line),
        warn: () => undefined,
        error: (problem: unknown) => void this.logged.push(problem),
        redactSecret: () => undefined,
      },
      memory: {
        get: (key: string, fallback: unknown) => remembered.get(key) ?? fallback,
        update: (key: string, value: unknown) => Promise.resolve(void remembered.set(key, value)),
      },
    } as unknown as ConnectionDeps;
  }
}
