import { PromptEditor, type PromptEditorOptions } from '../composer/promptEditor';
import type { PageContext } from '../pageContext';

interface EditableEntryOptions extends Pick<PromptEditorOptions, 'label' | 'submitLabel' | 'hasParagraphs'> {
  readonly currentText: () => string;
  readonly submit: (changed: string) => void;
}

/** A part of the conversation with a text that the user can edit in place. */
export abstract class EditableEntry {
  /** Has the class `editing` while the editor is open. */
  abstract readonly element: HTMLElement;
  /** Whether all of a long prompt is shown, or the turns for which a summary stands. */
  abstract isUnfolded: boolean;
  /** The editor takes the place of this element. */
  protected abstract readonly text: HTMLElement;
  protected abstract readonly tools: HTMLElement;
  private editor: PromptEditor | undefined;

  constructor(
    protected readonly context: PageContext,
    readonly exchangeId: string,
    private readonly options: EditableEntryOptions,
  ) {}

  get editorText(): string | undefined {
    return this.editor?.text;
  }

  openEditor(text: string): PromptEditor {
    const { context, options } = this;
    const editor = new PromptEditor(context.strings, {
      ...options,
      text,
      onInput: () => context.onEditsChange(),
      onSubmit: (changed) => {
        this.closeEditor();
        options.submit(changed);
      },
      onCancel: () => {
        this.closeEditor();
        this.tools.querySelector('button')?.focus();
      },
    });
    this.editor = editor;
    this.element.classList.add('editing');
    this.tools.hidden = true;
    this.text.replaceWith(editor.element);
    return editor;
  }

  edit(): void {
    (this.editor ?? this.openEditor(this.options.currentText())).focus();
    this.context.onEditsChange();
  }

  /**
   * Adds what is not needed before the exchange is drawn.
   * @param answer the entry of the answer
   */
  abstract addTools(answer: HTMLElement): void;

  private closeEditor(): void {
    this.editor?.element.replaceWith(this.text);
    this.editor = undefined;
    this.element.classList.remove('editing');
    this.tools.hidden = false;
    this.context.onEditsChange();
  }
}
