import { fillTemplate } from '../../shared/format';
import { isRunning } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, setText } from '../util/element';
import { createMenu, type MenuItem } from '../util/menu';
import type { AnswerView } from './answerView';
import { createAutoscroll } from './autoscroll';
import { describeComparison } from './comparisonResults';

interface Column {
  readonly answer: AnswerView;
  readonly element: HTMLElement;
  /** Keeps the end of a running answer in view while the columns are side by side. */
  autoscroll?: ReturnType<typeof createAutoscroll>;
}

export type Comparison = ReturnType<typeof createComparison>;

/** Creates the view of a prompt and its compared answers, which are shown side by side or stacked. */
export function createComparison(context: PageContext, prompt: HTMLElement, answers: readonly AnswerView[]) {
  const { strings, post, announcer, format, isReadOnly, moveFocus } = context;
  /**
   * Describes the states of the columns at the last update of the buttons and the results. If the description has not
   * changed, no update is needed.
   */
  let shownKey = '';
  const columns = answers.map((answer): Column => ({
    answer,
    element: element('section', { class: 'column' }, answer.element),
  }));

  /** Returns all pairs of answers that can be shown in a diff editor. */
  const findPairs = (): readonly MenuItem[] => {
    const ended = answers.filter(({ visibleState: state }) => state && !isRunning(state.phase) && state.text !== '');
    return ended.flatMap((first, index) =>
      ended.slice(index + 1).map((second) => ({
        caption: fillTemplate(strings.twoAnswers, first.model, second.model),
        choose: () => post({ type: 'showDifferences', answerId: first.id, otherId: second.id }),
      })),
    );
  };

  const stopAll = button(strings.stopAll, 'secondary', () =>
    post({ type: 'stopComparison', answerId: answers[0]?.id ?? '' }),
  );
  const differences = button(strings.showDifferences, 'secondary', () => findPairs()[0]?.choose());
  const differencesMenu = button(strings.showDifferences, 'secondary', () => undefined);
  const bar = element(
    'div',
    { class: 'comparison-bar', tabindex: '-1' },
    element('span', { class: 'comparison-title' }, strings.comparison),
    stopAll,
    differences,
    ...createMenu(strings.showDifferences, findPairs, differencesMenu),
  );
  const results = element('p', { class: 'comparison-results' });
  const root = element(
    'div',
    { class: 'exchange comparison', role: 'group', 'aria-label': strings.comparison },
    prompt,
    bar,
    element('div', { class: 'columns' }, ...columns.map((column) => column.element)),
    results,
  );

  const setHidden = (control: HTMLElement, isHidden: boolean): void => {
    if (isHidden && control === document.activeElement) moveFocus(bar, { preventScroll: true });
    control.hidden = isHidden;
  };

  const updateColumn = (column: Column): void => {
    const { answer, element: section } = column;
    // Only the columns of the latest comparison are ARIA landmarks, because the names of landmarks must be unique on a
    // page.
    section.ariaLabel = answer.isLatest ? answer.model : null;
    if (answer.visibleState && answer.activity !== 'idle')
      column.autoscroll ??= createAutoscroll(context, { element: answer.element, thread: answer.element });
  };

  /**
   * Updates the buttons and the results. This function is called for every batch of events, so it changes the document
   * only if the state of a column has changed.
   */
  const update = (): void => {
    const isActive = answers.some(({ activity }) => activity !== 'idle');
    const gateways = answers.flatMap(({ visibleState }) => visibleState?.gateway?.label ?? []);
    const states = answers.map(({ model, isLatest, visibleState }) => [model, isLatest, visibleState?.phase].join());
    const key = [isActive, ...states, ...gateways].join('|');
    if (key === shownKey) return;
    shownKey = key;
    const { length: pairCount } = findPairs();
    setHidden(stopAll, !isActive || isReadOnly());
    setHidden(differences, pairCount !== 1);
    setHidden(differencesMenu, pairCount < 2);
    root.classList.toggle('several-gateways', new Set(gateways).size > 1);
    for (const column of columns) updateColumn(column);
    setText(results, describeComparison(context, answers));
  };

  update();
  return {
    element: root,
    update,
    announceStart: (): void => {
      const models = answers.map(({ model }) => model);
      announcer.announce(fillTemplate(strings.comparing, format.list(models)), 'comparison');
    },
  };
}
