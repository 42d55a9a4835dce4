import { fill } from '../../shared/format';
import { type ExchangeSnapshot, isRunning } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, iconButton, setText } from '../util/element';
import { createMenu, type MenuItem } from '../util/menu';
import { Autoscroll, type ObserveSize } from './autoscroll';
import { describeComparison } from './comparisonResults';
import type { ColumnGroup, ExchangeView } from './exchangeView';
import { PromptEntry } from './promptEntry';

interface Column {
  readonly view: ExchangeView;
  readonly element: HTMLElement;
  /** Follows the end of the answer while the columns scroll separately. */
  autoscroll?: Autoscroll;
}

/** A prompt with the answers of several models, side by side or in a stack. */
export class Comparison implements ColumnGroup {
  readonly element: HTMLElement;
  readonly user: PromptEntry;
  private readonly columns: Column[] = [];
  private readonly columnList = element('div', { class: 'columns' });
  private readonly results = element('p', { class: 'comparison-results' });
  private readonly bar: HTMLElement;
  private readonly stopAll: HTMLButtonElement;
  private readonly differences: HTMLButtonElement;
  private readonly differencesMenu: HTMLButtonElement;
  private readonly scrollApart: HTMLButtonElement;
  private isApart = false;
  /** The state of the columns that the buttons and the results show. */
  private shown = '';

  /** @param first the first column, whose prompt is the prompt of all columns */
  constructor(
    private readonly context: PageContext,
    readonly id: string,
    first: ExchangeSnapshot,
    private readonly observeSize: ObserveSize,
  ) {
    const { strings, post } = context;
    this.user = new PromptEntry(context, first);
    this.stopAll = button(strings.stopAll, 'secondary', () => post({ type: 'stopColumns', exchangeId: first.id }));
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
    this.element = element(
      'div',
      { class: 'exchange comparison', role: 'group', 'aria-label': strings.comparison },
      this.user.element,
      this.bar,
      this.columnList,
      this.results,
    );
    this.update();
  }

  add(view: ExchangeView): void {
    const column = element('section', { class: 'column' }, view.assistant);
    this.columns.push({ view, element: column });
    this.columnList.append(column);
  }

  announceStart(): void {
    const { strings, announcer, format } = this.context;
    announcer.announce(fill(strings.comparing, format.list(this.columns.map(({ view }) => view.model))), this.id);
  }

  /** Called for every batch of events, so it changes the document only if the state of a column has changed. */
  update(): void {
    const isActive = this.columns.some(({ view }) => view.activity !== 'idle');
    const states = this.columns.map(({ view }) => [view.model, view.isLatest, view.visibleState?.phase].join());
    const shown = [isActive, ...states].join('|');
    if (shown === this.shown) return;
    this.shown = shown;
    const { length: pairCount } = this.pairs;
    this.setHidden(this.stopAll, !isActive || this.context.isReadOnly());
    this.setHidden(this.differences, pairCount !== 1);
    this.setHidden(this.differencesMenu, pairCount < 2);
    for (const column of this.columns) this.updateColumn(column);
    const answers = this.columns.map(({ view: { model, visibleState: state } }) => ({ model, state }));
    setText(this.results, describeComparison(this.context, answers));
  }

  private setHidden(control: HTMLElement, isHidden: boolean): void {
    if (isHidden && control === document.activeElement) this.context.moveFocus(this.bar, { preventScroll: true });
    control.hidden = isHidden;
  }

  private updateColumn(column: Column): void {
    const { view, element: section } = column;
    // Only the last comparison has landmarks, because the names of landmarks must be unique.
    section.ariaLabel = view.isLatest ? view.model : null;
    if (this.isApart && view.activity !== 'idle') {
      const area = { element: section, thread: view.assistant };
      column.autoscroll ??= new Autoscroll(this.context, area, (targets, onChange) =>
        this.observeSize(targets, () => this.isApart && onChange()),
      );
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
    const answers = this.columns
      .map(({ view }) => view)
      .filter(({ visibleState: state }) => state && !isRunning(state.phase) && state.text !== '');
    return answers.flatMap((first, index) =>
      answers.slice(index + 1).map((second) => ({
        caption: fill(strings.twoAnswers, first.model, second.model),
        choose: () => post({ type: 'showDifferences', exchangeId: first.id, otherId: second.id }),
      })),
    );
  }
}
