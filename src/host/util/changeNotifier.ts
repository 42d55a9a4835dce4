import * as vscode from 'vscode';
import { Disposable } from './disposable';

/** An object that fires an event when it has changed. */
export abstract class ChangeNotifier extends Disposable {
  protected readonly changeEmitter = this.register(new vscode.EventEmitter<void>());
  readonly onDidChange = this.changeEmitter.event;
}
