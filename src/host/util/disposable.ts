import type * as vscode from 'vscode';

/** Owns what it registers and lets go of it in reverse order. */
export abstract class Disposable implements vscode.Disposable {
  private readonly owned: vscode.Disposable[] = [];
  protected get disposed(): boolean {
    return this.isDisposed;
  }
  private isDisposed = false;

  protected register<T extends vscode.Disposable>(item: T): T {
    if (this.isDisposed) item.dispose();
    else this.owned.push(item);
    return item;
  }

  dispose(): void {
    this.isDisposed = true;
    for (const item of this.owned.splice(0).reverse()) item.dispose();
  }
}
