import { englishL10n } from './fakeVSCode';

interface ShownMessage {
  readonly kind: 'information' | 'warning' | 'error';
  readonly message: string;
  readonly buttons: readonly string[];
}

export const subscription = { dispose: (): void => undefined };

/** An event emitter with the part of VS Code's API that the sources use. */
export class EventEmitter<T> {
  private readonly listeners = new Set<(value: T) => void>();
  readonly event = (listener: (value: T) => void): typeof subscription => {
    this.listeners.add(listener);
    return { dispose: () => void this.listeners.delete(listener) };
  };
  fire(value: T): void {
    for (const listener of Array.from(this.listeners)) listener(value);
  }
  dispose(): void {
    this.listeners.clear();
  }
}

/** A URI of a document that exists only in memory. */
class FakeUri {
  constructor(readonly parts: { readonly scheme: string; readonly path: string; readonly query?: string }) {}
  readonly with = (changes: object): FakeUri => new FakeUri({ ...this.parts, ...changes });
  readonly toString = (): string => JSON.stringify(this.parts);
}

interface FakeTextProvider {
  readonly provideTextDocumentContent: (uri: FakeUri) => string | undefined;
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
  /** The initial texts of the input boxes. */
  inputValues: (string | undefined)[] = [];
  /** The documents that exist only in memory and were opened, by their paths. */
  documents: (readonly [path: string, text: string | undefined])[] = [];
  /** Checks a text in the last input box. */
  validateInput: ((text: string) => unknown) | undefined;

  reset(): void {
    [this.messages, this.commands, this.quickPicks, this.clipboard] = [[], [], [], ''];
    [this.pressed, this.accepted, this.typed] = [undefined, undefined, undefined];
    [this.inputPrompts, this.inputValues] = [[], []];
    [this.isPatient, this.answers, this.texts] = [false, [], []];
    this.documents = [];
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
    let textProvider: FakeTextProvider | undefined;
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
      workspace: {
        getConfiguration: () => ({ get: (_name: string, fallback: unknown) => fallback }),
        registerTextDocumentContentProvider: (_scheme: string, provider: FakeTextProvider) => (
          (textProvider = provider),
          subscription
        ),
        openTextDocument: (uri: FakeUri) => {
          this.documents.push([uri.parts.path, textProvider?.provideTextDocumentContent(uri)]);
          return Promise.resolve({ uri });
        },
      },
      Uri: { from: (parts: FakeUri['parts']) => new FakeUri(parts) },
      ProgressLocation: { Notification: 15 },
      window: {
        // A loaded machine may take long enough for progress to be shown.
        withProgress: (_options: object, work: (progress: object, token: object) => unknown) =>
          work({}, { onCancellationRequested: () => subscription }),
        setStatusBarMessage: () => undefined,
        showTextDocument: () => Promise.resolve(),
        showInputBox: ({
          prompt,
          value,
          validateInput,
        }: {
          readonly prompt: string;
          readonly value?: string;
          readonly validateInput?: (text: string) => unknown;
        }) => {
          this.inputPrompts.push(prompt);
          this.inputValues.push(value);
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
  selectedItems: readonly FakeItem[] = [];
  value = '';
  busy = false;
  isShown = false;
  canSelectMany = false;
  private assignedActiveItems: readonly FakeItem[] | undefined;
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

  /** The first item, as in VS Code, unless the extension has assigned others. */
  get activeItems(): readonly FakeItem[] {
    return this.assignedActiveItems ?? this.items.slice(0, 1);
  }

  set activeItems(items: readonly FakeItem[]) {
    this.assignedActiveItems = items;
  }

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
