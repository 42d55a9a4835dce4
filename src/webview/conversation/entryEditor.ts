import type { PageContext } from '../pageContext';
import { button, element, isComposing } from '../util/element';

/** Entry of the conversation with a text that the user can edit in place: a sent prompt or a summary. */
interface EditableEntry {
  /** Element of the entry. It has the class `editing` while the editor is open. */
  readonly element: HTMLElement;
  /** Element with the text of the entry. The open editor replaces this element. */
  readonly text: HTMLElement;
  /** Buttons of the entry, which are hidden while the editor is open. */
  readonly tools: HTMLElement;
  readonly label: string;
  readonly submitLabel: string;
  /** Whether the Enter key adds a line to the text. If so, Ctrl+Enter or Cmd+Enter submits the text. */
  readonly hasParagraphs?: true;
  readonly currentText: () => string;
  readonly submit: (changed: string) => void;
}

export type EntryEditor = ReturnType<typeof createEntryEditor>;

/** Creates the editor of an entry: a text field with the same keys as the composer. */
export function createEntryEditor(context: PageContext, entry: EditableEntry) {
  /** Text field of the editor. Undefined while the editor is closed. */
  let input: HTMLTextAreaElement | undefined;

  const close = (): void => {
    input?.form?.replaceWith(entry.text);
    input = undefined;
    entry.element.classList.remove('editing');
    entry.tools.hidden = false;
    context.onLocalChange();
  };

  const cancel = (): void => {
    close();
    entry.tools.querySelector('button')?.focus();
  };

  const submit = (): void => {
    const changed = input?.value.trim();
    if (!changed) return;
    close();
    entry.submit(changed);
  };

  const handleKey = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    const { key, target, ctrlKey, metaKey, shiftKey, altKey } = event;
    const mayEnter = !entry.hasParagraphs || ctrlKey || metaKey;
    if (key === 'Escape') cancel();
    else if (key === 'Enter' && mayEnter && target === input && !shiftKey && !altKey) submit();
    else return;
    event.preventDefault();
  };

  const open = (text: string): HTMLTextAreaElement => {
    const field = element('textarea', { 'aria-label': entry.label, rows: '1', spellcheck: 'false', dir: 'auto' });
    field.value = text;
    const submitButton = button(entry.submitLabel, 'primary', submit);
    const cancelButton = button(context.strings.cancel, 'secondary', cancel);
    const actions = element('div.actions', submitButton, cancelButton);
    const form = element('form.prompt-editor', field, actions);
    const updateSubmit = (): void => {
      submitButton.disabled = field.value.trim() === '';
    };
    updateSubmit();
    field.addEventListener('input', () => {
      updateSubmit();
      context.onLocalChange();
    });
    form.addEventListener('keydown', handleKey);
    input = field;
    entry.element.classList.add('editing');
    entry.tools.hidden = true;
    entry.text.replaceWith(form);
    return field;
  };

  return {
    open,
    /** Text in the editor. Undefined while the editor is closed. */
    get text() {
      return input?.value;
    },
    edit: (): void => {
      const field = input ?? open(entry.currentText());
      field.focus();
      field.setSelectionRange(field.value.length, field.value.length);
      context.onLocalChange();
    },
  };
}
