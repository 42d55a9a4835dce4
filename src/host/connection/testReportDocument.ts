import * as vscode from 'vscode';
import { Disposable } from '../util/disposable';

/** URI scheme of the document with the connection test. */
const scheme = 'holysheep-connection';

/** The read-only document with the results of the last connection test in this window. */
export class TestReportDocument extends Disposable {
  private readonly changeEmitter = this.register(new vscode.EventEmitter<vscode.Uri>());
  private readonly uri = vscode.Uri.from({ scheme, path: `/${vscode.l10n.t('Connection test')}` });
  private text = '';

  constructor() {
    super();
    const provider: vscode.TextDocumentContentProvider = {
      onDidChange: this.changeEmitter.event,
      provideTextDocumentContent: () => this.text,
    };
    this.register(vscode.workspace.registerTextDocumentContentProvider(scheme, provider));
  }

  /** Replaces the text, also in an open editor. */
  update(text: string): void {
    this.text = text;
    this.changeEmitter.fire(this.uri);
  }

  async show(): Promise<void> {
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(this.uri));
  }
}
