import type * as vscode from 'vscode';
import { RecentEditors } from '../code/recentEditors';
import type { Exchange } from '../conversation/exchange';
import { Disposable } from '../disposable';
import { loadedOnce } from '../loadedOnce';

/**
 * Where code of an answer goes to: the editor the user worked in last, for the panel has the focus. What is done there is
 * loaded with the first press of a button.
 */
export class TextTarget extends Disposable {
  private readonly recent = this.register(new RecentEditors());
  private readonly edits = loadedOnce(async () => {
    const { CodeEdits } = await import('./codeEdits');
    return this.register(new CodeEdits(this.recent));
  });

  /** The active editor, or the last one when the panel has the focus; it may be hidden behind another tab. */
  editor(): vscode.TextEditor | undefined {
    return this.recent.last();
  }

  /** Inserts at the cursors; one undo step. @throws UserError when there is nowhere to insert. */
  async insert(text: string): Promise<void> {
    return (await this.edits()).insert(text);
  }

  /**
   * Replaces the selection that an exchange was made from, or else the one in the last editor, once the user has agreed
   * in a preview. @throws UserError when there is nothing to replace, or it is no longer what it was.
   */
  async apply(exchange: Exchange, text: string): Promise<void> {
    return (await this.edits()).apply(exchange, text);
  }

  /** Opens a document of its own. @param language the word behind the fence; may be empty */
  async newFile(text: string, language: string): Promise<void> {
    return (await this.edits()).newFile(text, language);
  }
}
