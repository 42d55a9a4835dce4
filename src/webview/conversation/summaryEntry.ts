import { PromptEditor } from '../composer/promptEditor';
import type { PageContext } from '../pageContext';
import { button, element } from '../util/element';

/** The parts of a summary that are not the answer of the model: its heading, its editor and its buttons. */
export class SummaryEntry {
  /** The place of the editor, which hides the text of the summary. */
  readonly element = element('div', { class: 'summary-editor' });
  readonly heading: HTMLElement;
  readonly tools = element('div', { class: 'actions summary-tools' });
  /** Whether the turns before the summary are visible. */
  isUnfolded = false;
  private editor: PromptEditor | undefined;
  private shownTools = '';

  constructor(
    private readonly context: PageContext,
    readonly exchangeId: string,
    private readonly turns: number,
    private readonly currentText: () => string,
  ) {
    const { strings, format } = context;
    const title = turns === 0 ? strings.summaryOfOther : format.plural(turns, strings.summaryOfOne, strings.summaryOf);
    this.heading = element('h2', {}, title);
  }

  get editorText(): string | undefined {
    return this.editor?.text;
  }

  unfold(): void {
    this.isUnfolded = true;
  }

  openEditor(text: string): void {
    const { context } = this;
    const { editSummary: label, save: submitLabel } = context.strings;
    this.editor = new PromptEditor(context.strings, {
      ...{ label, submitLabel, text, hasParagraphs: true },
      onInput: () => context.onEditsChange(),
      onResend: (changed) => {
        this.closeEditor();
        this.post(changed);
      },
      onCancel: () => this.closeEditor(),
    });
    this.tools.hidden = true;
    this.element.replaceChildren(this.editor.element);
  }

  edit(): void {
    if (!this.editor) this.openEditor(this.currentText());
    this.editor?.focus();
    this.context.onEditsChange();
  }

  /** Shows the buttons that fit the state of the summary, which has none while the model writes it. */
  render(isRunning: boolean, isUsable: boolean): void {
    const tools = isRunning || this.context.isReadOnly() ? 'none' : isUsable ? 'usable' : 'unusable';
    if (tools === this.shownTools) return;
    this.shownTools = tools;
    const { strings, post } = this.context;
    const remove = (caption: string) =>
      button(caption, 'secondary', () => {
        this.post('');
        this.context.focusComposer();
      });
    const startNew = () =>
      button(strings.newFromSummary, 'secondary', () => post({ type: 'newFromSummary', exchangeId: this.exchangeId }));
    const toolsOf = {
      none: () => [],
      unusable: () => [remove(strings.dismiss)],
      usable: () => [
        button(strings.editPrompt, 'secondary', () => this.edit()),
        remove(strings.undo),
        ...(this.turns === 0 ? [] : [startNew()]),
      ],
    };
    this.tools.replaceChildren(...toolsOf[tools]());
  }

  private post(text: string): void {
    this.context.post({ type: 'editSummary', exchangeId: this.exchangeId, text });
  }

  private closeEditor(): void {
    this.element.replaceChildren();
    this.editor = undefined;
    this.tools.hidden = false;
    this.tools.querySelector('button')?.focus();
    this.context.onEditsChange();
  }
}
