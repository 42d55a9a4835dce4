import type { PanelStrings } from '../../shared/panelStrings';
import { button, element } from '../util/element';

export interface PromptEditorOptions {
  readonly label: string;
  readonly submitLabel: string;
  readonly text: string;
  /** Whether Enter adds a line. Ctrl+Enter or Cmd+Enter then submits the text. */
  readonly hasParagraphs?: true;
  readonly onInput: () => void;
  readonly onSubmit: (text: string) => void;
  readonly onCancel: () => void;
}

/** A text field in which the user edits a prompt that was already sent, with the keys of the composer, or a summary. */
export class PromptEditor {
  readonly element: HTMLElement;
  private readonly input: HTMLTextAreaElement;
  private readonly submitButton: HTMLButtonElement;

  constructor(
    strings: PanelStrings,
    private readonly options: PromptEditorOptions,
  ) {
    this.input = element('textarea', { 'aria-label': options.label, rows: '1', spellcheck: 'false' });
    this.input.value = options.text;
    this.submitButton = element('button', { type: 'submit', class: 'button primary' }, options.submitLabel);
    const cancel = button(strings.cancel, 'secondary', options.onCancel);
    const actions = element('div', { class: 'actions' }, this.submitButton, cancel);
    this.element = element('form', { class: 'prompt-editor' }, this.input, actions);
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      this.submit();
    });
    this.element.addEventListener('keydown', (event) => this.handleKey(event));
    this.input.addEventListener('input', () => {
      this.updateSubmit();
      options.onInput();
    });
    this.updateSubmit();
  }

  get text(): string {
    return this.input.value;
  }

  focus(): void {
    this.input.focus();
    this.input.setSelectionRange(this.text.length, this.text.length);
  }

  private handleKey(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    const { hasParagraphs, onCancel } = this.options;
    const mayEnter = !hasParagraphs || event.ctrlKey || event.metaKey;
    const isEnter =
      mayEnter && event.key === 'Enter' && event.target === this.input && !event.shiftKey && !event.altKey;
    if (event.key === 'Escape') onCancel();
    else if (isEnter) this.submit();
    else return;
    event.preventDefault();
  }

  private submit(): void {
    const prompt = this.text.trim();
    if (prompt !== '') this.options.onSubmit(prompt);
  }

  private updateSubmit(): void {
    this.submitButton.disabled = this.text.trim() === '';
  }
}

/** In WebKit, a composition ends before the key event, which only the deprecated `keyCode` 229 identifies. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || Reflect.get(event, 'keyCode') === 229;
}
