import * as vscode from 'vscode';
import { isImageName } from '../../shared/imageHeader';
import { draftImages, type PromptImage } from '../../shared/images';
import type { Attachment, ComposerSuggestion } from '../../shared/protocol';
import type { EditorTarget } from '../code/editorTarget';
import type { ImageStore } from '../journal/imageStore';
import { UserError } from '../util/userError';
import { browseChoice, contextChoices, fileChoices, fileId, openFiles, withLinkTarget } from './contextChoices';
import { parseContextId } from './contextId';
import { outsideTarget } from './linkTarget';
import { rankContext } from './rankContext';
import { readFile, readImageFile, readProblems, readSelection, type ImageFile } from './readContext';
import { WorkspaceFiles } from './workspaceFiles';

/** An attached image whose file exists. */
interface AttachedImage {
  /** Id of the context item. See `contextId`. */
  readonly id: string;
  readonly image: PromptImage;
  readonly attachment?: undefined;
  readonly realPath?: undefined;
}

interface AttachedText {
  /**
   * Id of the context item. With the id, the attachment can be read later, for example after a reload. See `contextId`.
   */
  readonly id: string;
  readonly attachment: Attachment;
  readonly image?: undefined;
  /**
   * Real path of the attached file, if a symbolic link in the file's workspace path points outside the workspace. See
   * `outsideTarget`.
   */
  readonly realPath?: string | undefined;
}

export type DraftAttachment = AttachedText | AttachedImage;

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
    private readonly images: ImageStore,
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
   * @param onImageFile receives the content of an image file. The page must scale the image before it is attached. By
   * default, image files are refused like other binary files.
   * @throws UserError when an attachment can't be read or is not text
   */
  async resolve(id: string, onImageFile?: (file: ImageFile) => void): Promise<readonly DraftAttachment[]> {
    const reference = parseContextId(id);
    switch (reference?.kind) {
      case undefined:
        return [];
      case 'editors':
        return this.readOpenEditors();
      case 'file':
        if (onImageFile && isImageName(reference.uri)) {
          onImageFile(await readImageFile(parseUri(reference.uri)));
          return [];
        }
        return [await readFrom(id, parseUri(reference.uri), readFile)];
      case 'image': {
        const { kind: _kind, ...image } = reference;
        if (this.images.has(draftImages, image)) return [{ id, image }];
        throw new UserError(vscode.l10n.t("{0} can't be read. It might have been moved or deleted.", image.name));
      }
      case 'selection':
        return [await readFrom(id, parseUri(reference.uri), (uri) => readSelection(uri, reference.span))];
      case 'problems':
        return [{ id, attachment: readProblems(parseUri(reference.uri)) }];
    }
  }

  /** Lets the user choose files in a dialog, including files outside the workspace, and reads the files. */
  async browse(onImageFile: (file: ImageFile) => void): Promise<readonly DraftAttachment[]> {
    const title = vscode.l10n.t('Attach context');
    const openLabel = vscode.l10n.t('Attach');
    const chosenUris = await vscode.window.showOpenDialog({ canSelectMany: true, openLabel, title });
    return this.readFiles(chosenUris ?? [], onImageFile);
  }

  /** Reads files that the user has chosen. If a file can't be read, the other files are still attached. */
  async readFiles(
    uris: readonly vscode.Uri[],
    onImageFile: (file: ImageFile) => void,
  ): Promise<readonly DraftAttachment[]> {
    return this.readAll(uris, this.onError, onImageFile);
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
    onImageFile?: (file: ImageFile) => void,
  ): Promise<DraftAttachment[]> {
    const read: DraftAttachment[] = [];
    for (const uri of uris) {
      try {
        read.push(...(await this.resolve(fileId(uri), onImageFile)));
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
