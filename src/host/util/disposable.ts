import type * as vscode from 'vscode';

export abstract class Disposable implements vscode.Disposable {
  private readonly items: vscode.Disposable[] = [];
  protected disposed = false;

  /** Disposes of `item` together with this object, or at once if this object is already disposed of. */
  protected register<T extends vscode.Disposable>(item: T): T {
    if (this.disposed) item.dispose();
    else this.items.push(item);
    return item;
  }

  dispose(): void {
    this.disposed = true;
    for (const item of this.items.splice(0).reverse()) item.dispose();
  }
}
