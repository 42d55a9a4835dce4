import type { PageContext } from '../pageContext';
import { button, element, isComposing } from '../util/element';

/** An entry of the conversation with a text that the user can edit in place: a prompt that was sent, or a summary. */
interface EditableEntry {
  /** Has the class `editing` while the editor is open. */
  readonly element: HTMLElement;
  /** The editor takes the place of this element. */
  readonly text: HTMLElement;
  /** The buttons of the entry, which an open editor hides. */
  readonly tools: HTMLElement;
  readonly label: string;
  readonly submitLabel: string;
  /** Whether Enter adds a line. Ctrl+Enter or Cmd+Enter then submits the text. */
  readonly hasParagraphs?: true;
  readonly currentText: () => string;
  readonly submit: (changed: string) => void;
}

/** A text field with the keys of the composer. */
export class EntryEditor {
  /** Undefined while the editor is closed. */
  private input: HTMLTextAreaElement | undefined;

  constructor(
    private readonly context: PageContext,
    private readonly entry: EditableEntry,
  ) {}

  get text(): string | undefined {
    return this.input?.value;
  }

  open(text: string): HTMLTextAreaElement {
    const { context, entry } = this;
    const input = element('textarea', { 'aria-label': entry.label, rows: '1', spellcheck: 'false' });
    input.value = text;
    const submit = element('button', { type: 'submit', class: 'button primary' }, entry.submitLabel);
    const cancel = button(context.strings.cancel, 'secondary', () => this.cancel());
    const actions = element('div', { class: 'actions' }, submit, cancel);
    const form = element('form', { class: 'prompt-editor' }, input, actions);
    const updateSubmit = (): void => {
      submit.disabled = input.value.trim() === '';
    };
    updateSubmit();
    input.addEventListener('input', () => {
      updateSubmit();
      context.onLocalChange();
    });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.submit();
    });
    form.addEventListener('keydown', (event) => this.handleKey(event));
    this.input = input;
    entry.element.classList.add('editing');
    entry.tools.hidden = true;
    entry.text.replaceWith(form);
    return input;
  }

  edit(): void {
    const input = this.input ?? this.open(this.entry.currentText());
    input.focus();
    input.setSelectionRange(input.value.length, input.value.length);
    this.context.onLocalChange();
  }

  private handleKey(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    const { key, target, ctrlKey, metaKey, shiftKey, altKey } = event;
    const mayEnter = !this.entry.hasParagraphs || ctrlKey || metaKey;
    if (key === 'Escape') this.cancel();
    else if (key === 'Enter' && mayEnter && target === this.input && !shiftKey && !altKey) this.submit();
    else return;
    event.preventDefault();
  }

  private submit(): void {
    const changed = this.text?.trim();
    if (!changed) return;
    this.close();
    this.entry.submit(changed);
  }

  private cancel(): void {
    this.close();
    this.entry.tools.querySelector('button')?.focus();
  }

  private close(): void {
    const { element: entryElement, text, tools } = this.entry;
    this.input?.form?.replaceWith(text);
    this.input = undefined;
    entryElement.classList.remove('editing');
    tools.hidden = false;
    this.context.onLocalChange();
  }
}
