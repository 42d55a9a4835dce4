import type { Engine, ProbeResult } from '../../../src/engine/engine';
import { normalizeBaseUrl, type BaseUrl } from '../../../src/engine/gateway/baseUrl';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { routesFor } from '../../../src/engine/turn/routeModels';
import type { TurnRecord } from '../../../src/engine/state/ledger';
import type { DemoMode } from '../../../src/host/connection/demoMode';
import type { ModelEfforts } from '../../../src/host/connection/modelEfforts';
import type { KeyStore } from '../../../src/host/connection/keyStore';
import type { Settings } from '../../../src/host/settings/settings';
import { readGateways } from '../../../src/host/settings/gateways';
import { UnresponsiveGateways } from '../../../src/host/connection/unresponsiveGateways';
import type { ModelCatalog } from '../../../src/host/models/modelCatalog';
import type { Log } from '../../../src/host/util/log';
import type { Memento } from 'vscode';
import { englishL10n } from '../../support/fakeVSCode';

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

/** A fake of VS Code's API that records messages and presses the button with the caption `pressed` in each message. */
export class FakeEditor {
  messages: ShownMessage[] = [];
  commands: (readonly unknown[])[] = [];
  /** What a command does. */
  runs = (): Promise<unknown> => Promise.resolve();
  clipboard = '';
  pressed: string | undefined;
  /** Label of the item that the user accepts in a quick pick, or undefined to dismiss the quick pick. */
  accepted: string | undefined;
  /** Answers to the next quick picks, in place of `accepted`: labels to select, `true` to accept the selection as it is. */
  answers: (readonly string[] | true | undefined)[] = [];
  /** Whether the user leaves quick picks open, so that the test answers them. */
  isPatient = false;
  quickPicks: FakeQuickPick[] = [];
  /** Text that the user types into an input box, or undefined to dismiss the input box. */
  typed: string | undefined;
  /** Texts for the next input boxes, in place of `typed`. */
  texts: (string | undefined)[] = [];
  inputPrompts: string[] = [];
  /** Checks a text in the last input box. */
  validateInput: ((text: string) => unknown) | undefined;

  reset(): void {
    [this.messages, this.commands, this.quickPicks, this.clipboard] = [[], [], [], ''];
    [this.pressed, this.accepted, this.typed, this.inputPrompts] = [undefined, undefined, undefined, []];
    [this.isPatient, this.answers, this.texts] = [false, [], []];
    this.runs = () => Promise.resolve();
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
      CancellationError: class extends Error {},
      InputBoxValidationSeverity: { Error: 3, Warning: 2, Info: 1 },
      QuickPickItemKind: { Separator: -1 },
      ThemeIcon: class {
        constructor(readonly id: string) {}
      },
      l10n: englishL10n,
      env: {
        language: 'en',
        clipboard: { writeText: (text: string) => Promise.resolve(void (this.clipboard = text)) },
      },
      commands: {
        executeCommand: (...command: unknown[]) => {
          this.commands.push(command);
          return this.runs();
        },
      },
      workspace: { getConfiguration: () => ({ get: (_name: string, fallback: unknown) => fallback }) },
      ProgressLocation: { Notification: 15 },
      window: {
        // A loaded machine may take long enough for progress to be shown.
        withProgress: (_options: object, work: (progress: object, token: object) => unknown) =>
          work({}, { onCancellationRequested: () => subscription }),
        setStatusBarMessage: () => undefined,
        showInputBox: ({
          prompt,
          validateInput,
        }: {
          readonly prompt: string;
          readonly validateInput?: (text: string) => unknown;
        }) => {
          this.inputPrompts.push(prompt);
          this.validateInput = validateInput;
          return Promise.resolve(this.texts.length > 0 ? this.texts.shift() : this.typed);
        },
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
  readonly kind?: number;
  readonly model?: string;
  readonly buttons?: readonly { readonly tooltip: string }[];
}

/** A quick pick that the user answers as soon as it is shown, unless the user is patient. */
export class FakeQuickPick {
  title = '';
  placeholder = '';
  items: readonly FakeItem[] = [];
  activeItems: readonly FakeItem[] = [];
  selectedItems: readonly FakeItem[] = [];
  value = '';
  busy = false;
  isShown = false;
  canSelectMany = false;
  private selectionChanged: (items: readonly FakeItem[]) => void = () => undefined;
  private accepted: () => void = () => undefined;
  private hidden: () => void = () => undefined;
  private valueChanged: () => void = () => undefined;
  private buttonTriggered: () => void = () => undefined;
  private itemButtonTriggered: (event: { readonly item: FakeItem; readonly button: unknown }) => void = () => undefined;

  constructor(private readonly editor: Pick<FakeEditor, 'accepted' | 'answers' | 'isPatient' | 'quickPicks'>) {}

  readonly onDidAccept = (listener: () => void) => ((this.accepted = listener), subscription);
  readonly onDidChangeSelection = (listener: typeof this.selectionChanged) => (
    (this.selectionChanged = listener),
    subscription
  );
  readonly onDidHide = (listener: () => void) => ((this.hidden = listener), subscription);
  readonly onDidChangeValue = (listener: () => void) => ((this.valueChanged = listener), subscription);
  readonly onDidTriggerItemButton = (listener: typeof this.itemButtonTriggered) => (
    (this.itemButtonTriggered = listener),
    subscription
  );
  readonly onDidTriggerButton = (listener: () => void) => ((this.buttonTriggered = listener), subscription);
  readonly dispose = (): void => this.hide();

  /** Hides the other quick picks, because VS Code shows one at a time. */
  show(): void {
    const { isPatient, answers, accepted, quickPicks } = this.editor;
    for (const other of quickPicks) if (other !== this) other.hide();
    this.isShown = true;
    if (!isPatient) setImmediate(() => this.choose(answers.length > 0 ? answers.shift() : [accepted ?? '']));
  }

  /** Accepts the items with these labels, or dismisses the quick pick if there are none. */
  choose(labels: readonly string[] | true | undefined): void {
    if (labels !== true) this.selectedItems = this.items.filter(({ label }) => labels?.includes(label));
    if (labels === true || this.selectedItems.length > 0) this.accepted();
    else this.hide();
  }

  /** Checks or unchecks the items with these labels. */
  toggle(...labels: readonly string[]): void {
    const isChecked = (item: FakeItem): boolean =>
      this.selectedItems.some(({ label }) => label === item.label) !== labels.includes(item.label);
    this.selectedItems = this.items.filter(isChecked);
    this.selectionChanged(this.selectedItems);
  }

  /** Presses the button of an item with this tooltip. */
  pressItemButton(label: string, tooltip: string): void {
    const item = this.items.find((shown) => shown.label === label);
    const button = item?.buttons?.find((shown) => shown.tooltip === tooltip);
    if (!item || !button) throw new Error(`${label} has no button ${tooltip}.`);
    this.itemButtonTriggered({ item, button });
  }

  type(value: string): void {
    this.value = value;
    this.valueChanged();
  }

  pressButton(): void {
    this.buttonTriggered();
  }

  hide(): void {
    if (!this.isShown) return;
    this.isShown = false;
    this.hidden();
  }
}

function valid(text: string): readonly BaseUrl[] {
  const baseUrl = normalizeBaseUrl(text);
  return 'error' in baseUrl ? [] : [baseUrl];
}

/** The dependencies of the features that read, set and test routes. */
export interface RouteDeps {
  readonly settings: Settings;
  readonly keys: KeyStore;
  readonly demo: DemoMode;
  readonly efforts: ModelEfforts;
  readonly engine: Pick<Engine, 'probe' | 'localFacts' | 'cooldownOf'>;
  readonly log: Log;
  readonly memory: Memento;
  readonly unresponsive: UnresponsiveGateways;
  readonly routeFor: Engine['routeFor'];
  readonly lists: (baseUrl: string, name: string) => boolean | undefined;
  readonly listsSettled: () => Promise<unknown>;
  readonly catalog: Pick<ModelCatalog, 'lists'>;
}

/** Settings and keys of several routes, which tests can change. */
export class FakeRoutes {
  baseUrl = 'https://primary.example/v1';
  backups: readonly unknown[] = [];
  /** The known model lists of gateways, by base URL. They are forgotten when a key is stored. */
  lists = new Map<string, readonly string[]>();
  model = 'model-1';
  /** Models that only the settings of the workspace name. */
  workspaceModels: ReadonlySet<string> = new Set();
  keys = new Map<string, string>();
  /** Origins of which the user has confirmed that they need no key. */
  keylessOrigins = new Set<string>();
  isKeyringLocked = false;
  demoActive = false;
  hasLeftDemo = false;
  logged: unknown[] = [];
  /** The result of the next probes. */
  probeResult: ProbeResult = { state: 'verified', models: ['model-1'], ms: 1 };
  /** The base URLs and keys of all probes. */
  probes: (readonly [baseUrl: string, apiKey: string | undefined])[] = [];
  /** Origins whose backup routes were removed from the settings or restored. */
  removals: string[] = [];
  /** Global state of the extension, which all windows of a test share. */
  readonly remembered = new Map<string, unknown>();
  private readonly settingsChange = new EventEmitter<void>();
  private readonly keyChange = new EventEmitter<void>();

  changeSettings(): void {
    this.settingsChange.fire();
  }

  changeKeys(): void {
    this.keyChange.fire();
  }

  deps(): RouteDeps {
    const { settingsChange, keyChange, remembered } = this;
    const access = <T>(value: () => T): Promise<T> =>
      this.isKeyringLocked ? Promise.reject(new Error('The keyring is locked.')) : Promise.resolve(value());
    const get = (origin: string): Promise<string | undefined> => access(() => this.keys.get(origin));
    const lists = (baseUrl: string, model: string) => this.lists.get(baseUrl)?.includes(model);
    const isDemoActive = (): boolean => this.demoActive;
    const memory = {
      get: (key: string, fallback: unknown) => remembered.get(key) ?? fallback,
      update: (key: string, value: unknown) => Promise.resolve(void remembered.set(key, value)),
    } as unknown as Memento;
    const log = { error: (problem: unknown) => void this.logged.push(problem) };
    return {
      memory,
      unresponsive: new UnresponsiveGateways(memory, log),
      settings: {
        onDidChange: settingsChange.event,
        baseUrl: () => normalizeBaseUrl(this.baseUrl),
        baseUrlText: () => this.baseUrl,
        backups: () => readGateways(this.backups),
        routes: () => [...valid(this.baseUrl), ...readGateways(this.backups).usable],
        removeBackupBaseUrls: (origin: string) => {
          this.removals.push(`remove ${origin}`);
          return Promise.resolve(() => Promise.resolve(void this.removals.push(`undo ${origin}`)));
        },
        model: () => this.model,
        setModel: (model: string) => Promise.resolve(void (this.model = model)),
        chooseModel: (model: string) => Promise.resolve(void (this.model = model)),
        workspaceModels: () => this.workspaceModels,
      },
      lists,
      routeFor: (...[model, connection]: Parameters<Engine['routeFor']>) => routesFor(model, connection)[0],
      listsSettled: () => Promise.resolve(),
      catalog: { lists },
      keys: {
        onDidChange: keyChange.event,
        get,
        getIfReadable: (origin: string) => get(origin).catch(() => undefined),
        set: (origin: string, key: string) =>
          access(() => {
            this.keys.set(origin, key);
            this.lists.clear();
          }),
        delete: (origin: string) => access(() => void this.keys.delete(origin)),
        isKeyless: (origin: string) => Promise.resolve(this.keylessOrigins.has(origin)),
      },
      demo: {
        onDidChange: () => subscription,
        get active() {
          return isDemoActive();
        },
        leave: () => Promise.resolve(void (this.hasLeftDemo = true)),
      },
      efforts: { levelOf: () => 'default' },
      engine: {
        cooldownOf: () => undefined,
        localFacts: () => Promise.resolve(new Map()),
        probe: ({ baseUrl, apiKey }: { readonly baseUrl: string; readonly apiKey: string | undefined }) => {
          this.probes.push([baseUrl, apiKey]);
          return Promise.resolve(this.probeResult);
        },
      },
      log: {
        keys: new KeyRedactor(),
        debug: () => undefined,
        info: () => undefined,
        warn: () => undefined,
        error: log.error,
        redactSecret: () => undefined,
      },
    } as unknown as RouteDeps;
  }
}

/** Returns a turn in which a gateway refused a request without a key. */
export function refusedTurn(origin: string): TurnRecord {
  return { attempts: [{ origin, ended: { row: 'noKey' } }] } as unknown as TurnRecord;
}

/** Returns the result of a probe that failed although the gateway responded. */
export function failedProbe(
  state: 'rejected' | 'unverified',
  fields: Partial<Extract<ProbeResult, { state: 'rejected' | 'unverified' }>> = {},
): ProbeResult {
  const [kind, row, status] =
    state === 'rejected' ? (['auth', 'keyRejected', 401] as const) : (['server', 'serverError', 500] as const);
  return { state, ms: 1, kind, row, status, message: 'It failed.', detail: '', actions: [], ...fields };
}

/** Returns the result of a probe of a gateway that does not run. */
export function refusedConnection(): ProbeResult {
  return failedProbe('unverified', { kind: 'connection', row: 'connectionRefused', status: undefined });
}
