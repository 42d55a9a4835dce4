import { PromptEditor } from '../composer/promptEditor';
import type { PageContext } from '../pageContext';

/** An entry of the conversation with a text that the user can edit in place. */
interface EditableEntry {
  /** Has the class `editing` while the editor is open. */
  readonly element: HTMLElement;
  /** The editor takes the place of this element. */
  readonly text: HTMLElement;
  /** The buttons of the entry, which an open editor hides. */
  readonly tools: HTMLElement;
  readonly label: string;
  readonly submitLabel: string;
  readonly hasParagraphs?: true;
  readonly currentText: () => string;
  readonly submit: (changed: string) => void;
}

export class EntryEditor {
  private editor: PromptEditor | undefined;

  constructor(
    private readonly context: PageContext,
    private readonly entry: EditableEntry,
  ) {}

  /** Undefined while the editor is closed. */
  get text(): string | undefined {
    return this.editor?.text;
  }

  open(text: string): PromptEditor {
    const { context, entry } = this;
    const editor = new PromptEditor(context.strings, {
      ...entry,
      text,
      onInput: () => context.onEditsChange(),
      onSubmit: (changed) => {
        this.close();
        entry.submit(changed);
      },
      onCancel: () => {
        this.close();
        entry.tools.querySelector('button')?.focus();
      },
    });
    this.editor = editor;
    entry.element.classList.add('editing');
    entry.tools.hidden = true;
    entry.text.replaceWith(editor.element);
    return editor;
  }

  edit(): void {
    (this.editor ?? this.open(this.entry.currentText())).focus();
    this.context.onEditsChange();
  }

  private close(): void {
    const { element, text, tools } = this.entry;
    this.editor?.element.replaceWith(text);
    this.editor = undefined;
    element.classList.remove('editing');
    tools.hidden = false;
    this.context.onEditsChange();
  }
}
