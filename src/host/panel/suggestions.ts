import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { ConnectionView, Suggestion } from '../../shared/protocol';
import type { EditorTarget } from '../code/editorTarget';
import { displayPath } from '../code/editorLocations';
import { findProblems } from '../code/findCode';
import type { ContextReference } from '../context/contextId';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import { panelTitle } from '../ui/panelText';
import { hostWords } from '../ui/words';
import { ChangeNotifier } from '../util/changeNotifier';
import type { Tour } from './tour';

interface SuggestionsDeps {
  readonly conversations: Conversations;
  readonly target: EditorTarget;
  readonly tour: Tour;
}

const maxRecent = 3;

/**
 * Suggestions in an empty conversation: prompts about the code in the editor and recent conversations, or the scenarios
 * of the offline demo.
 */
export class Suggestions extends ChangeNotifier {
  private hasSelection = false;

  constructor(private readonly deps: SuggestionsDeps) {
    super();
    const { conversations } = deps;
    const fire = (): void => this.changeEmitter.fire();
    this.register(vscode.window.onDidChangeActiveTextEditor(fire));
    this.register(
      vscode.window.onDidChangeTextEditorSelection(({ selections }) => {
        const hasSelection = selections.some(({ isEmpty }) => !isEmpty);
        if (hasSelection !== this.hasSelection) fire();
        this.hasSelection = hasSelection;
      }),
    );
    this.register(conversations.onDidChange(({ change }) => change?.type !== 'events' && fire()));
    this.register(conversations.onDidRemove(fire));
  }

  async list(conversation: Conversation, { set, hasKey }: ConnectionView): Promise<readonly Suggestion[]> {
    if (conversation.tree.firstPrompt !== undefined) return [];
    const { conversations, target, tour } = this.deps;
    if (set !== 'own') return tour.suggestions();
    const about = codeSuggestions(target.editor()).map(({ label, item }): Suggestion => ({
      kind: 'code',
      id: item.kind,
      label,
    }));
    const recent = await conversations.list(maxRecent);
    return [
      ...about,
      // Without an API key, the tour is not suggested here, because the page already offers it beside the *Set API Key*
      // button.
      ...(about.length === 0 && hasKey
        ? [{ kind: 'tour', id: '', label: vscode.l10n.t('Try the offline demo') } as const]
        : []),
      // A conversation that can't be read has no title, so it is not suggested.
      ...recent
        .filter(({ title }) => title !== '')
        .map(({ id, title, lastActivityAt }) => ({
          kind: 'conversation' as const,
          id,
          label: panelTitle(title),
          time: hostWords().format.timeOfDay(lastActivityAt),
        })),
    ];
  }

  /** Returns the suggested prompt with this id, about the code that is in the editor now. */
  codePrompt(id: string): CodePrompt | undefined {
    return codeSuggestions(this.deps.target.editor()).find(({ item }) => item.kind === id);
  }
}

interface CodePrompt {
  readonly label: string;
  /** The context item that is attached to the prompt. */
  readonly item: ContextReference;
}

function codeSuggestions(editor: vscode.TextEditor | undefined): readonly CodePrompt[] {
  if (!editor) return [];
  const { document, selection } = editor;
  const uri = document.uri.toString();
  const name = posix.basename(displayPath(document.uri));
  const explain: CodePrompt = { label: vscode.l10n.t('Explain {0}', name), item: { kind: 'file', uri } };
  if (document.getText(selection).trim() !== '') {
    const label = vscode.l10n.t('Find problems in the selection');
    return [explain, { label, item: { kind: 'selection', uri, span: selection } }];
  }
  if (findProblems(document.uri).length === 0) return [explain];
  return [explain, { label: vscode.l10n.t('Explain the problems in {0}', name), item: { kind: 'problems', uri } }];
}
