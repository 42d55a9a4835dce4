import * as vscode from 'vscode';
import type { Attachment, ComposerSuggestion } from '../../shared/protocol';
import type { EditorTarget } from '../code/editorTarget';
import { UserError } from '../util/userError';
import { browseChoice, contextChoices, fileChoices, fileId, openFiles, withLinkTarget } from './contextChoices';
import { parseContextId } from './contextId';
import { outsideTarget } from './linkTarget';
import { rankContext } from './rankContext';
import { readFile, readProblems, readSelection } from './readContext';
import { WorkspaceFiles } from './workspaceFiles';

export interface DraftAttachment {
  /**
   * Id of the context item. With the id, the attachment can be read later, for example after a reload. See `contextId`.
   */
  readonly id: string;
  readonly attachment: Attachment;
  /**
   * Real path of the attached file, if a symbolic link in the file's workspace path points outside the workspace. See
   * `outsideTarget`.
   */
  readonly realPath?: string | undefined;
}

const maxSuggestions = 20;

/** Suggests context items for a prompt, and reads the text of the items that the user chooses. */
export class ContextSource {
  private readonly files = new WorkspaceFiles();

  /**
   * @param target provides the last active text editor, because VS Code reports no active text editor while the panel
   * has the focus
   * @param onError receives the error if one of several chosen files can't be read. The other files are still attached.
   */
  constructor(
    private readonly target: EditorTarget,
    private readonly onError: (error: unknown) => void,
  ) {}

  /**
   * Returns context items that match the text after a `#` in the prompt, best match first. The last item opens a dialog
   * in which the user can choose any file. If the text is empty, the files of the workspace are not searched.
   */
  async suggest(query: string): Promise<readonly ComposerSuggestion[]> {
    const choices = contextChoices(this.target.editor(), this.target.recentFiles());
    const found = query === '' ? [] : await this.files.find(query);
    const ranked = rankContext(query, [...choices, ...fileChoices(found, choices)], maxSuggestions);
    return Promise.all([...ranked, browseChoice()].map(withLinkTarget));
  }

  /**
   * Reads the attachments that the id of a context item identifies. Returns an empty list for an invalid id.
   * @throws UserError when an attachment can't be read or is not text
   */
  async resolve(id: string): Promise<readonly DraftAttachment[]> {
    const reference = parseContextId(id);
    switch (reference?.kind) {
      case undefined:
        return [];
      case 'editors':
        return this.readOpenEditors();
      case 'file':
        return [await readFrom(id, parseUri(reference.uri), readFile)];
      case 'selection':
        return [await readFrom(id, parseUri(reference.uri), (uri) => readSelection(uri, reference.span))];
      case 'problems':
        return [{ id, attachment: readProblems(parseUri(reference.uri)) }];
    }
  }

  /** Lets the user choose files in a dialog, including files outside the workspace, and reads the files. */
  async browse(): Promise<readonly DraftAttachment[]> {
    const title = vscode.l10n.t('Attach context');
    const openLabel = vscode.l10n.t('Attach');
    const chosenUris = await vscode.window.showOpenDialog({ canSelectMany: true, openLabel, title });
    return this.readAll(chosenUris ?? [], this.onError);
  }

  /** Reads the texts in all open editors. Editors without text, such as images, are skipped. */
  private async readOpenEditors(): Promise<readonly DraftAttachment[]> {
    const read = await this.readAll(openFiles(this.target.editor()), () => undefined);
    if (read.length === 0) throw new UserError(vscode.l10n.t('None of the open editors has text to attach.'));
    return read;
  }

  private async readAll(
    uris: readonly vscode.Uri[],
    onUserError: (error: UserError) => void,
  ): Promise<DraftAttachment[]> {
    const read: DraftAttachment[] = [];
    for (const uri of uris) {
      try {
        read.push(...(await this.resolve(fileId(uri))));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        onUserError(error);
      }
    }
    return read;
  }
}

async function readFrom(
  id: string,
  uri: vscode.Uri,
  read: (uri: vscode.Uri) => Promise<Attachment>,
): Promise<DraftAttachment> {
  return { id, realPath: await outsideTarget(uri), attachment: await read(uri) };
}

function parseUri(uri: string): vscode.Uri {
  return vscode.Uri.parse(uri, true);
}
