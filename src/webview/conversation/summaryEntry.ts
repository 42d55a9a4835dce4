import type { PageContext } from '../pageContext';
import { button, element } from '../util/element';
import { EditableEntry } from './editableEntry';

/** The parts of a summary that are not the answer of the model: its heading, its editor and its buttons. */
export class SummaryEntry extends EditableEntry {
  /** Empty, because the text of the summary is an answer. An open editor hides the answer. */
  protected readonly text = element('span');
  readonly element = element('div', { class: 'summary-editor' }, this.text);
  readonly heading: HTMLElement;
  protected readonly tools = element('div', { class: 'actions summary-tools' });
  /** Whether the turns before the summary are visible. */
  isUnfolded = false;
  private shownTools = '';

  constructor(
    context: PageContext,
    exchangeId: string,
    private readonly turns: number,
    currentText: () => string,
  ) {
    const { strings, format } = context;
    super(context, exchangeId, {
      label: strings.editSummary,
      submitLabel: strings.save,
      hasParagraphs: true,
      currentText,
      submit: (text) => this.post(text),
    });
    const title = turns === 0 ? strings.summaryOfOther : format.plural(turns, strings.summaryOfOne, strings.summaryOf);
    this.heading = element('h2', {}, title);
  }

  addTools(answer: HTMLElement): void {
    answer.append(this.tools);
  }

  /** Shows the buttons that fit the state of the summary, which has none while the model writes it. */
  render(isRunning: boolean, isUsable: boolean): void {
    const tools = isRunning || this.context.isReadOnly() ? 'none' : isUsable ? 'usable' : 'unusable';
    if (tools === this.shownTools) return;
    this.shownTools = tools;
    const { strings, post } = this.context;
    const remove = (caption: string) => button(caption, 'secondary', () => this.post(''));
    const { exchangeId } = this;
    const startNew = button(strings.newFromSummary, 'secondary', () => post({ type: 'newFromSummary', exchangeId }));
    startNew.title = strings.newFromSummaryTooltip;
    const toolsOf = {
      none: [],
      unusable: [remove(strings.dismiss)],
      usable: [
        button(strings.editPrompt, 'secondary', () => this.edit()),
        remove(strings.undo),
        ...(this.turns === 0 ? [] : [startNew]),
      ],
    };
    this.tools.replaceChildren(...toolsOf[tools]);
  }

  private post(text: string): void {
    this.context.post({ type: 'editSummary', exchangeId: this.exchangeId, text });
    this.context.focusComposer();
  }
}
