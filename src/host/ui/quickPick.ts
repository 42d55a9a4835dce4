import * as vscode from 'vscode';

/** A list (VS Code's QuickPick) that stays open until the user dismisses it or `close` is called. */
export class OpenList<Item extends vscode.QuickPickItem, Result = never> {
  readonly picker: vscode.QuickPick<Item>;
  private readonly closing = Promise.withResolvers<Result | undefined>();
  /**
   * Result of the list, which is available when the list closes. It is undefined if the user has dismissed the list.
   */
  readonly result = this.closing.promise;
  isOpen = true;
  private isReplaced = false;

  /**
   * Opens the list.
   * @param onError receives the errors of functions that are passed to `run`. Without this function, an error closes
   * the list and rejects the list's result.
   */
  constructor(
    properties: Partial<vscode.QuickPick<Item>>,
    private readonly onError?: (error: unknown) => void,
  ) {
    this.picker = Object.assign(vscode.window.createQuickPick<Item>(), properties);
    this.picker.onDidHide(() => {
      if (!this.isReplaced) this.close();
    });
    this.picker.show();
  }

  onAccept(accept: (items: readonly Item[]) => unknown): void {
    this.picker.onDidAccept(() => this.run(() => accept(this.picker.selectedItems)));
  }

  onItemButton(trigger: (button: vscode.QuickInputButton, item: Item) => unknown): void {
    this.picker.onDidTriggerItemButton(({ button, item }) => this.run(() => trigger(button, item)));
  }

  onClose(cleanUp: () => unknown): void {
    this.result.then(cleanUp, cleanUp);
  }

  run(work: () => unknown): void {
    new Promise((resolve) => {
      resolve(work());
    }).catch((error: unknown) => {
      if (this.onError) return this.onError(error);
      this.closing.reject(error);
      this.close();
    });
  }

  /**
   * Replaces the items of the list. The active item stays active if the new items contain an item with the same key.
   */
  setItems(items: readonly Item[], keyOf: (item: Item) => unknown): void {
    const [active] = this.picker.activeItems;
    const key = active && keyOf(active);
    this.picker.items = items;
    const stillActive = key === undefined ? undefined : items.find((item) => keyOf(item) === key);
    if (stillActive) this.picker.activeItems = [stillActive];
  }

  /** Hides this list without closing it, shows a dialog or another list, and then shows this list again. */
  async showAfter(dialog: () => unknown): Promise<void> {
    this.isReplaced = true;
    try {
      await dialog();
    } finally {
      this.isReplaced = false;
      if (this.isOpen) this.picker.show();
    }
  }

  close(result?: Result): void {
    // Disposing of the list hides it, and hiding it calls `close` a second time. That second call does nothing.
    if (!this.isOpen) return;
    this.isOpen = false;
    this.closing.resolve(result);
    this.picker.dispose();
  }
}

/** Shows a list that closes when the user accepts or dismisses it. Its result contains the selected items. */
export function pickFrom<Item extends vscode.QuickPickItem>(
  properties: Partial<vscode.QuickPick<Item>>,
): OpenList<Item, readonly Item[]> {
  // When the list opens, the panel can take the focus. Without the option `ignoreFocusOut`, the list would then close.
  const list = new OpenList<Item, readonly Item[]>({ ignoreFocusOut: true, ...properties });
  list.onAccept((items) => list.close(items));
  return list;
}
