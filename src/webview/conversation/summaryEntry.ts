import { fillTemplate } from '../../shared/format';
import type { ShownItem, ShownSummary } from '../../shared/exchanges';
import { isRunning } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element } from '../util/element';
import { AnswerView } from './answerView';
import { createEntryEditor, type EntryEditor } from './entryEditor';

/** View of a summary: an answer with a heading, an editor and buttons. */
export class SummaryEntry {
  /** A summary belongs to no exchange. */
  readonly exchange = undefined;
  readonly comparison = undefined;
  readonly entry = this;
  readonly answers: readonly [AnswerView];
  readonly element: HTMLElement;
  readonly editor: EntryEditor;
  /** Whether the turns that the summary replaces are visible. */
  isUnfolded = false;
  private readonly tools = element('div.actions.summary-tools');
  private shownTools = '';

  constructor(
    private readonly context: PageContext,
    private readonly summary: ShownSummary,
  ) {
    const { strings, format } = context;
    const { turns } = summary;
    const answer = new AnswerView(
      {
        ...context,
        strings: {
          ...strings,
          assistant: strings.summary,
          restart: strings.summarizeAgain,
          announceStarted: strings.summarizing,
          announceDone: strings.summaryReady,
        },
      },
      summary.answer,
      this,
    );
    this.answers = [answer];
    this.element = element('div.exchange', answer.element);
    const ownTitle = format.plural(turns, strings.summaryOfOne, strings.summaryOf);
    const title = turns === 0 ? this.createSourceTitle() : ownTitle;
    answer.head.element.prepend(element('h2', title));
    // The editor replaces an empty text element, because the answer's own view shows the text of the summary. That view
    // is hidden while the editor is open.
    const text = element('span');
    const container = element('div.summary-editor', text);
    answer.element.append(container);
    answer.element.classList.add('summary');
    this.editor = createEntryEditor(context, {
      element: container,
      text,
      tools: this.tools,
      label: strings.editSummary,
      submitLabel: strings.save,
      hasParagraphs: true,
      currentText: () => answer.state.text,
      submit: (changed) => this.post(changed),
    });
  }

  get id(): string {
    return this.summary.answer.id;
  }

  /**
   * Number of earlier turns that the summary replaces. It is 0 if the summary replaces turns of another conversation.
   */
  get turns(): number {
    return this.summary.turns;
  }

  /** Whether the summary is complete and replaces earlier turns in requests. */
  get isUsable(): boolean {
    const { phase, text } = this.answers[0].state;
    return phase === 'done' && text.trim() !== '';
  }

  /**
   * Shows the current data of a summary.
   * @returns false if the item is not a summary
   */
  update(item: ShownItem): boolean {
    if (!('turns' in item)) return false;
    this.answers[0].update(item.answer);
    return true;
  }

  onDraw(): void {
    this.answers[0].element.querySelector('.turn-row')?.lastElementChild?.before(this.tools);
  }

  /** Shows the buttons that fit the state of the summary. There are no buttons while the model writes the summary. */
  onRender(): void {
    const { visibleState } = this.answers[0];
    const hasEnded = visibleState && !isRunning(visibleState.phase) && !this.context.isReadOnly();
    const tools = hasEnded ? (this.isUsable ? 'usable' : 'unusable') : 'none';
    if (tools === this.shownTools) return;
    this.shownTools = tools;
    const { strings, post } = this.context;
    const { id: answerId, turns } = this;
    const remove = (caption: string) => button(caption, 'secondary', () => this.post(''));
    const startNew = button(strings.newFromSummary, 'secondary', () => post({ type: 'newFromSummary', answerId }));
    startNew.title = strings.newFromSummaryTooltip;
    const toolsOf = {
      none: [],
      unusable: [remove(strings.dismiss)],
      usable: [
        button(strings.editPrompt, 'secondary', () => this.editor.edit()),
        remove(turns === 0 ? strings.removeSummary : strings.undo),
        ...(turns === 0 ? [] : [startNew]),
      ],
    };
    this.tools.replaceChildren(...toolsOf[tools]);
  }

  private createSourceTitle(): HTMLElement | string {
    const { strings, post } = this.context;
    const { source, answer } = this.summary;
    if (!source) return strings.summaryOfOther;
    const title = fillTemplate(strings.summaryOfConversation, source.title);
    return button(title, 'quiet link-button', () => post({ type: 'openSource', answerId: answer.id }));
  }

  private post(text: string): void {
    const { post, announcer, strings, focusComposer } = this.context;
    post({ type: 'editSummary', answerId: this.id, text });
    if (text === '') announcer.announce(strings.summaryRemoved);
    focusComposer();
  }
}
