import type { PanelStrings } from '../../shared/panelStrings';
import { button, element } from '../util/element';

/** A text field in which the user edits a prompt that was already sent. */
export interface PromptEditor {
  readonly element: HTMLElement;
  focus(): void;
}

interface PromptEditorOptions {
  readonly text: string;
  readonly onInput: (text: string) => void;
  readonly onResend: (prompt: string) => void;
  readonly onCancel: () => void;
}

/** Creates an editor for a sent prompt. The editor has the same keys as the composer. */
export function createPromptEditor(strings: PanelStrings, options: PromptEditorOptions): PromptEditor {
  const input = element('textarea', { 'aria-label': strings.editBox, rows: '1', spellcheck: 'false' });
  input.value = options.text;
  const resend = element('button', { type: 'submit', class: 'button primary' }, strings.resend);
  const form = element(
    'form',
    { class: 'prompt-editor' },
    input,
    element('div', { class: 'actions' }, resend, button(strings.cancel, 'secondary', options.onCancel)),
  );
  const submit = (): void => {
    const prompt = input.value.trim();
    if (prompt !== '') options.onResend(prompt);
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  form.addEventListener('keydown', (event) => {
    if (isComposing(event)) return;
    if (event.key === 'Escape') {
      event.preventDefault();
      options.onCancel();
    } else if (event.key === 'Enter' && event.target === input && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      submit();
    }
  });
  const handleInput = (): void => {
    resend.disabled = input.value.trim() === '';
    options.onInput(input.value);
  };
  input.addEventListener('input', handleInput);
  handleInput();
  return {
    element: form,
    focus: () => {
      input.focus();
      input.setSelectionRange(input.value.length, input.value.length);
    },
  };
}

/**
 * Returns whether the target of an event is in a prompt editor. In an editor, Escape cancels the edit and does not stop
 * the turn.
 */
export function isInPromptEditor(target: EventTarget | null): boolean {
  return target !== null && 'closest' in target && (target as Element).closest('.prompt-editor') !== null;
}

/**
 * Returns whether the key belongs to an input method, for example to accept a candidate. In WebKit, the composition
 * ends before the key event, so only the deprecated `keyCode` 229 identifies such a key.
 */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || Reflect.get(event, 'keyCode') === 229;
}
