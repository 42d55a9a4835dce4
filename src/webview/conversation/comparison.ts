import type { Words } from '../../shared/describe';
import type { ComparedAnswer } from '../../shared/exchanges';
import { fillTemplate } from '../../shared/format';
import { isRunning } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { markVersionButton } from '../turn/card';
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
    element: element('section.column', answer.element),
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

  const findInterrupted = (): readonly AnswerView[] =>
    answers.filter(({ visibleState }) => visibleState?.phase === 'interrupted');

  /**
   * Returns which model's answer the next prompt will follow. Empty while a turn is running, because the selection can
   * still change.
   */
  const describeNext = (): readonly string[] => {
    const { selected, followed } = answers[0]?.exchange ?? {};
    if (followed !== undefined || answers.some((answer) => answer.isRunning)) return [];
    const complete = answers.filter(({ state }) => state.phase === 'done');
    const next = complete.find(({ id }) => id === selected) ?? complete[0];
    return next ? [fillTemplate(strings.nextPrompt, next.model)] : [];
  };

  const stopAll = button(strings.stopAll, 'secondary', () =>
    post({ type: 'stopComparison', answerId: answers[0]?.id ?? '' }),
  );
  const differences = button(strings.showDifferences, 'secondary', () => findPairs()[0]?.choose());
  const differencesMenu = button(strings.showDifferences, 'secondary');
  const continueAll = button(strings.continueAll, 'secondary', () => {
    for (const { id: answerId, state } of findInterrupted())
      post({ type: 'action', answerId, action: state.text === '' ? 'restart' : 'continue' });
  });
  const title = element('span.comparison-title');
  const bar = element(
    'div.comparison-bar',
    { tabindex: '-1' },
    title,
    continueAll,
    stopAll,
    differences,
    ...createMenu(strings.showDifferences, findPairs, differencesMenu),
  );
  const results = element('p.comparison-results');
  const root = element(
    'div.exchange.comparison',
    { role: 'group', 'aria-label': strings.comparison },
    prompt,
    bar,
    element('div.columns', ...columns.map((column) => column.element)),
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
    const { length: interruptedCount } = findInterrupted();
    setText(title, interruptedCount > 0 ? strings.interrupted : strings.comparison);
    setHidden(continueAll, interruptedCount < 2 || !answers[0]?.isLatest || isReadOnly());
    setHidden(stopAll, !isActive || isReadOnly());
    setHidden(differences, pairCount !== 1);
    setHidden(differencesMenu, pairCount < 2);
    root.classList.toggle('several-gateways', new Set(gateways).size > 1);
    for (const column of columns) updateColumn(column);
    setModelText(results, describeComparison(context, answers).join('\u00a0· '));
  };

  update();
  return {
    element: root,
    update,
    describeNext,
    announceStart: (): void => {
      const models = answers.map(({ model }) => model);
      announcer.announce(fillTemplate(strings.comparing, format.list(models)), 'comparison');
    },
  };
}

/** Sets a text in which no line break separates the parts of a model name at its hyphens. */
function setModelText(target: HTMLElement, text: string): void {
  const parts = text.split(/([\w.:/@',-]*-[\w.:/@',-]*、?)/);
  target.replaceChildren(...parts.map((part, index) => (index % 2 === 0 ? part : element('span', part))));
}

/** Returns texts that say how many later turns are hidden because they follow other answers of the comparison. */
export function describeHiddenTurns({ strings, format }: Words, { exchange, isLatest }: AnswerView): readonly string[] {
  const others = isLatest ? (exchange?.comparedWith ?? []) : [];
  return others
    .filter(({ laterTurns }) => laterTurns > 0)
    .map(({ model, laterTurns }) =>
      fillTemplate(format.plural(laterTurns, strings.laterTurn, strings.laterTurns), '', model),
    );
}

/**
 * Creates the note below an answer that the user has chosen in a comparison. The note has buttons that reopen the
 * comparison, and a button that selects the answer's model for the next prompts.
 * @param others the other answers
 */
export function createComparedNote(context: PageContext, answer: AnswerView, others: readonly ComparedAnswer[]) {
  const { strings, post, format, focusComposer, isReadOnly, areVersionButtonsDisabled } = context;
  const createReopenButton = (caption: string, answerId: string): HTMLButtonElement => {
    const opener = button(caption, 'secondary', () => post({ type: 'reopenComparison', answerId }));
    markVersionButton(opener, areVersionButtonsDisabled());
    return opener;
  };
  const show = createReopenButton(strings.show, answer.id);
  const undo = createReopenButton(strings.undo, answer.comparisonId);
  const useModel = button(fillTemplate(strings.continueWithFallback, answer.model), 'secondary', () => {
    post({ type: 'useModel', model: answer.model });
    focusComposer();
  });
  useModel.title = strings.useModelTooltip;
  const compared = fillTemplate(strings.comparedWith, format.list(others.map(({ model }) => model)));
  const text = element('span');
  return {
    element: element('div.comparison-bar', { tabindex: '-1' }, text, show, undo, useModel),
    update: (): void => {
      setModelText(text, [compared, ...describeHiddenTurns(context, answer)].join(' · '));
      show.hidden = isReadOnly();
      undo.hidden = isReadOnly() || !answer.isLatest;
      useModel.hidden = undo.hidden || answer.model === context.model();
    },
  };
}
