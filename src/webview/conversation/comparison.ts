import { fill } from '../../shared/format';
import { isRunning } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, iconButton, setText } from '../util/element';
import { createMenu, type MenuItem } from '../util/menu';
import type { AnswerView } from './answerView';
import { Autoscroll } from './autoscroll';
import { describeComparison } from './comparisonResults';

interface Column {
  readonly answer: AnswerView;
  readonly element: HTMLElement;
  /** Follows the end of the answer while the columns scroll separately. */
  autoscroll?: Autoscroll;
}

/** A prompt with the answers of several models, side by side or in a stack. */
export class Comparison {
  readonly element: HTMLElement;
  private readonly columnContext: PageContext;
  private readonly columns: readonly Column[];
  private readonly results = element('p', { class: 'comparison-results' });
  private readonly bar: HTMLElement;
  private readonly stopAll: HTMLButtonElement;
  private readonly differences: HTMLButtonElement;
  private readonly differencesMenu: HTMLButtonElement;
  private readonly scrollApart: HTMLButtonElement;
  private isApart = false;
  /** The state of the columns that the buttons and the results show. */
  private shown = '';

  constructor(
    private readonly context: PageContext,
    prompt: HTMLElement,
    private readonly answers: readonly AnswerView[],
  ) {
    const { strings, post } = context;
    this.columnContext = {
      ...context,
      observeSize: (targets, onChange) => context.observeSize(targets, () => this.isApart && onChange()),
    };
    this.columns = answers.map((answer) => ({
      answer,
      element: element('section', { class: 'column' }, answer.element),
    }));
    this.stopAll = button(strings.stopAll, 'secondary', () =>
      post({ type: 'stopComparison', answerId: answers[0]?.id ?? '' }),
    );
    this.differences = button(strings.showDifferences, 'secondary', () => this.pairs[0]?.choose());
    this.differencesMenu = button(strings.showDifferences, 'secondary', () => undefined);
    this.scrollApart = iconButton(strings.scrollApart, 'splitHorizontal', () => this.setApart(!this.isApart));
    this.scrollApart.setAttribute('aria-pressed', 'false');
    const title = element('span', { class: 'comparison-title' }, strings.comparison);
    const menu = createMenu(strings.showDifferences, () => this.pairs, this.differencesMenu);
    this.bar = element(
      'div',
      { class: 'comparison-bar', tabindex: '-1' },
      title,
      this.stopAll,
      this.differences,
      ...menu,
      this.scrollApart,
    );
    const columns = element('div', { class: 'columns' }, ...this.columns.map((column) => column.element));
    this.element = element(
      'div',
      { class: 'exchange comparison', role: 'group', 'aria-label': strings.comparison },
      prompt,
      this.bar,
      columns,
      this.results,
    );
    this.update();
  }

  announceStart(): void {
    const { strings, announcer, format } = this.context;
    announcer.announce(fill(strings.comparing, format.list(this.answers.map(({ model }) => model))), 'comparison');
  }

  /** Called for every batch of events, so it changes the document only if the state of a column has changed. */
  update(): void {
    const { answers } = this;
    const isActive = answers.some(({ activity }) => activity !== 'idle');
    const states = answers.map(({ model, isLatest, visibleState }) => [model, isLatest, visibleState?.phase].join());
    const shown = [isActive, ...states].join('|');
    if (shown === this.shown) return;
    this.shown = shown;
    const { length: pairCount } = this.pairs;
    this.setHidden(this.stopAll, !isActive || this.context.isReadOnly());
    this.setHidden(this.differences, pairCount !== 1);
    this.setHidden(this.differencesMenu, pairCount < 2);
    for (const column of this.columns) this.updateColumn(column);
    setText(this.results, describeComparison(this.context, answers));
  }

  private setHidden(control: HTMLElement, isHidden: boolean): void {
    if (isHidden && control === document.activeElement) this.context.moveFocus(this.bar, { preventScroll: true });
    control.hidden = isHidden;
  }

  private updateColumn(column: Column): void {
    const { answer, element: section } = column;
    // Only the last comparison has landmarks, because the names of landmarks must be unique.
    section.ariaLabel = answer.isLatest ? answer.model : null;
    if (this.isApart && answer.activity !== 'idle') {
      const area = { element: section, thread: answer.element };
      column.autoscroll ??= new Autoscroll(this.columnContext, area);
    }
  }

  private setApart(isApart: boolean): void {
    this.isApart = isApart;
    this.element.classList.toggle('apart', isApart);
    this.scrollApart.setAttribute('aria-pressed', String(isApart));
    for (const column of this.columns) {
      // A scrollable element must be focusable (axe rule `scrollable-region-focusable`).
      if (isApart) column.element.setAttribute('tabindex', '0');
      else column.element.removeAttribute('tabindex');
      this.updateColumn(column);
    }
  }

  /** All pairs of answers that can be compared with each other. */
  private get pairs(): readonly MenuItem[] {
    const { strings, post } = this.context;
    const answers = this.answers.filter(
      ({ visibleState: state }) => state && !isRunning(state.phase) && state.text !== '',
    );
    return answers.flatMap((first, index) =>
      answers.slice(index + 1).map((second) => ({
        caption: fill(strings.twoAnswers, first.model, second.model),
        choose: () => post({ type: 'showDifferences', answerId: first.id, otherId: second.id }),
      })),
    );
  }
}
