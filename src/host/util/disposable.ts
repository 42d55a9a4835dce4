import type * as vscode from 'vscode';

export abstract class Disposable implements vscode.Disposable {
  private readonly items: vscode.Disposable[] = [];
  protected disposed = false;

  /**
   * Registers an item that is disposed of together with this object. If this object is already disposed of, the item is
   * disposed of at once.
   */
  register<T extends vscode.Disposable>(item: T): T {
    if (this.disposed) item.dispose();
    else this.items.push(item);
    return item;
  }

  dispose(): void {
    this.disposed = true;
    for (const item of this.items.splice(0).reverse()) item.dispose();
  }
}
