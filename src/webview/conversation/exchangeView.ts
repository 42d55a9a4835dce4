import type { ShownExchange, ShownItem } from '../../shared/exchanges';
import type { PageContext } from '../pageContext';
import { element } from '../util/element';
import { AnswerView } from './answerView';
import { createComparedNote, createComparison, type Comparison } from './comparison';
import { PromptEntry } from './promptEntry';

/** View of a prompt with its answer, or with the answers of several models. */
export class ExchangeView {
  readonly answers: readonly AnswerView[];
  readonly comparison: Comparison | undefined;
  readonly element: HTMLElement;
  readonly entry: PromptEntry;
  private readonly updateNote: (() => void) | undefined;

  constructor(
    context: PageContext,
    public exchange: ShownExchange,
  ) {
    this.entry = new PromptEntry(context, exchange);
    this.answers = exchange.answers.map((answer) => new AnswerView(context, answer, this));
    const prompt = this.entry.element;
    if (this.answers.length > 1) this.comparison = createComparison(context, prompt, this.answers);
    const entries = [prompt, ...this.answers.map((answer) => answer.element)];
    this.element = this.comparison?.element ?? element('div.exchange', ...entries);
    const [answer] = this.answers;
    if (exchange.comparedWith && answer) {
      const note = createComparedNote(context, answer, exchange.comparedWith);
      this.element.append(note.element);
      this.updateNote = note.update;
    }
  }

  get id(): string {
    return this.exchange.id;
  }

  /**
   * Shows the current data of an exchange.
   * @returns false if the exchange no longer has the same answers, so that a new view is needed
   */
  update(item: ShownItem): boolean {
    if (!('answers' in item) || item.answers.length !== this.answers.length) return false;
    if (item.answers.some(({ id }, index) => id !== this.answers[index]?.id)) return false;
    this.exchange = item;
    for (const [index, answer] of item.answers.entries()) this.answers[index]?.update(answer);
    return true;
  }

  onDraw(): void {
    this.entry.addTools();
  }

  onRender(): void {
    this.comparison?.update();
    this.updateNote?.();
  }
}
