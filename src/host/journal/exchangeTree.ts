import { endSchedule, markScheduled } from '../../engine/state/schedule';
import { initialTurn, isRunning, markInterrupted, reduceTurn } from '../../engine/state/turnState';
import type {
  Answer,
  Exchange,
  GatewaySetId,
  ShownExchange,
  ShownItem,
  ShownSummary,
  Step,
  Summary,
} from '../../shared/exchanges';
import { answersSideBySide, comparedWith, isUsableSummary, stateForRerun } from './exchange';
import type { JournalRecord, RecordOf } from './records';

export interface StoredConversation {
  readonly tree: ExchangeTree;
  /**
   * Records that must still be added to the journal. Each record marks a turn as interrupted, because the journal does
   * not contain the turn's end.
   */
  readonly interrupted: readonly RecordOf<'interrupted'>[];
}

/** The earlier part of the conversation that is sent together with a prompt. */
export interface PrecedingTurns {
  /** Summary that is sent instead of the turns before `steps`. */
  readonly summary?: Answer | undefined;
  readonly steps: readonly Step[];
}

/**
 * A place at which the conversation can split, because several exchanges can follow it: the start of the conversation,
 * or an answer.
 */
interface Fork {
  /** IDs of the answers of all exchanges that start at this fork, oldest first. */
  readonly answerIds: string[];
  /** ID of the exchange that was added or shown last at this fork. The selected path goes through this exchange. */
  selected: string;
}

/**
 * The content of a conversation: prompts, answers, summaries and the title. Each exchange follows an answer, so the
 * exchanges form a tree. At each fork, the selected path follows one of the exchanges.
 */
export class ExchangeTree {
  /**
   * The title: chosen by the user, or made from the name of the summarized or branched conversation. If it is
   * `undefined`, lists show the first prompt.
   */
  title: string | undefined;
  /** The gateway set that receives all prompts of the conversation. */
  gateways: GatewaySetId = 'own';
  private readonly exchanges = new Map<string, Exchange>();
  /** Summaries, keyed by the ids of their answers. */
  private readonly summaryOfAnswer = new Map<string, Summary>();
  /** IDs of exchanges, keyed by the ids of their answers. */
  private readonly owners = new Map<string, string>();
  /**
   * Forks, keyed by the id of the answer that several exchanges can follow. The key for the start of the conversation
   * is an empty string.
   */
  private readonly forks = new Map<string, Fork>();
  /** ID of the exchange that was added or shown last in the whole conversation. */
  private lastSelected = '';
  /**
   * Keys of the forks whose turn is deleted, with all its versions. Later turns still follow the answers of the deleted
   * turn.
   */
  private readonly deletedForks = new Set<string>();
  /** Keys of the forks whose deletion the page offers to undo. The next prompt or summary ends this offer. */
  private readonly restorableForks = new Set<string>();

  /**
   * Applies a record of the journal to the conversation. A record that refers to an unknown exchange or answer changes
   * nothing.
   */
  apply(record: JournalRecord): void {
    switch (record.type) {
      case 'title':
        this.title = record.title || undefined;
        break;
      case 'gateways':
        if (this.isEmpty) this.gateways = record.set;
        break;
      case 'exchange': {
        const { type: _type, answers, ...exchange } = record;
        this.restorableForks.clear();
        this.addAnswers({ ...exchange, answers: [], selected: '' }, answers);
        break;
      }
      case 'answers':
        this.addAnswers(this.exchanges.get(record.exchange), record.answers);
        break;
      case 'summary': {
        const { upTo, answer, source } = record;
        this.restorableForks.clear();
        this.summaryOfAnswer.set(answer.id, {
          upTo,
          answer: { ...answer, state: initialTurn, isQueued: false },
          source,
        });
        break;
      }
      case 'summaryText':
        this.editSummary(record);
        break;
      case 'deletion': {
        const fork = this.exchanges.get(record.exchange)?.parentAnswer;
        if (fork === undefined) break;
        if (record.isUndone) this.deletedForks.delete(fork);
        else this.deletedForks.add(fork);
        this.restorableForks.add(fork);
        break;
      }
      case 'select':
        this.select(record.answer, record.use);
        break;
      default: {
        const answer = this.answer(record.answer);
        if (answer) this.amend(record.answer, changesOf(answer, record));
      }
    }
  }

  /**
   * Changes an answer without a record in the journal. Callers use this method to set whether the turn is queued, and
   * to set the answer's model before the first attempt.
   */
  amend(answerId: string, change: Partial<Answer>): void {
    const summary = this.summaryOfAnswer.get(answerId);
    if (summary) this.summaryOfAnswer.set(answerId, { ...summary, answer: { ...summary.answer, ...change } });
    const exchange = this.exchangeOf(answerId);
    if (!exchange) return;
    const answers = exchange.answers.map((answer) => (answer.id === answerId ? { ...answer, ...change } : answer));
    this.exchanges.set(exchange.id, { ...exchange, answers });
  }

  /**
   * Whether the conversation has neither a prompt nor a summary of another conversation. A conversation whose turns are
   * all deleted is not empty.
   */
  get isEmpty(): boolean {
    return this.exchanges.size === 0 && this.summaries().every(({ isUndone }) => isUndone);
  }

  /** The first prompt of the selected path, or undefined if the conversation has no prompt. */
  get firstPrompt(): string | undefined {
    let exchange = this.exchangeAfter('');
    while (exchange && this.isDeleted(exchange)) exchange = this.exchangeAfter(exchange.selected);
    return exchange?.prompt;
  }

  /** The id of the answer that the next prompt follows. The answer can belong to a deleted turn. */
  get endAnswerId(): string {
    return this.pathWithDeleted().at(-1)?.answer.id ?? '';
  }

  exchange(id: string): Exchange | undefined {
    return this.exchanges.get(id);
  }

  answer(id: string): Answer | undefined {
    return this.exchangeOf(id)?.answers.find((answer) => answer.id === id) ?? this.summaryOf(id)?.answer;
  }

  /** Returns the answers of all versions of an exchange. */
  versionsOf({ parentAnswer }: Exchange): readonly Answer[] {
    return this.forks.get(parentAnswer)?.answerIds.flatMap((id) => this.answer(id) ?? []) ?? [];
  }

  exchangeOf(answerId: string): Exchange | undefined {
    return this.exchanges.get(this.owners.get(answerId) ?? '');
  }

  summaryOf(answerId: string): Summary | undefined {
    return this.summaryOfAnswer.get(answerId);
  }

  /** Returns the answers of all exchanges and summaries, whether or not the page shows them. */
  answers(): readonly Answer[] {
    return [...this.steps(), ...this.summaries()].map(({ answer }) => answer);
  }

  /** Returns all summaries, including undone summaries. */
  summaries(): readonly Summary[] {
    return [...this.summaryOfAnswer.values()];
  }

  /**
   * Returns the exchanges of the selected path, each with one answer. If the selected answer of an open comparison is
   * incomplete, a complete answer of the same comparison is used instead. Deleted turns are left out.
   */
  path(): readonly Step[] {
    return this.stepsUpTo(this.endAnswerId);
  }

  /**
   * Returns the earlier part of the conversation that is sent together with a prompt.
   * @param answerId the answer that is requested, by default the answer to a new prompt at the end
   */
  precedingOf(answerId = ''): PrecedingTurns {
    const ownSummary = this.summaryOf(answerId);
    const end = this.exchangeOf(answerId)?.parentAnswer ?? ownSummary?.upTo;
    const steps = end === undefined ? this.path() : this.stepsUpTo(end);
    const summaryUpTo = (step?: Step): Answer | undefined =>
      this.lastSummary(step, (summary) => summary !== ownSummary && isUsableSummary(summary))?.answer;
    const index = steps.findLastIndex(summaryUpTo);
    return { summary: summaryUpTo(steps[index]), steps: steps.slice(index + 1) };
  }

  /** Returns what the page shows: the exchanges of the selected path, and the summaries between them. */
  page(): readonly ShownItem[] {
    let turns = 0;
    return [undefined, ...this.pathWithDeleted()].flatMap((step): readonly ShownItem[] => {
      if (step && this.isDeleted(step.exchange)) {
        const { id, parentAnswer } = step.exchange;
        return this.restorableForks.has(parentAnswer) ? [{ id, isDeleted: true }] : [];
      }
      if (step) turns++;
      // Only the newest summary at this place of the conversation is shown, even if a model is still writing it or has
      // failed to write it.
      const summary = this.lastSummary(step, ({ isUndone }) => !isUndone);
      const summaryItems = summary ? [{ answer: summary.answer, turns, source: summary.source }] : [];
      return step ? [this.shownExchange(step.exchange), ...summaryItems] : summaryItems;
    });
  }

  /** Returns the summaries on the page that replace earlier turns in requests. */
  usableSummaries(): readonly ShownSummary[] {
    return this.page().flatMap((item) => ('turns' in item && isUsableSummary(item) ? [item] : []));
  }

  /**
   * Returns whether the page shows an answer. {@link page} would be too slow here, because this method is called for
   * each batch of events.
   */
  isShown(answerId: string): boolean {
    const summary = this.summaryOf(answerId);
    if (summary) return !summary.isUndone && (summary.upTo === '' || this.isShown(summary.upTo));
    let exchange = this.exchangeOf(answerId);
    if (!exchange || this.isDeleted(exchange)) return false;
    if (!answersSideBySide(exchange).some(({ id }) => id === answerId)) return false;
    while (this.forks.get(exchange.parentAnswer)?.selected === exchange.id) {
      const parent: Exchange | undefined = this.exchangeOf(exchange.parentAnswer);
      if (parent?.selected !== exchange.parentAnswer) return exchange.parentAnswer === '';
      exchange = parent;
    }
    return false;
  }

  /** Returns the answers that are not on the selected path, each with its exchange. Deleted turns are left out. */
  answersOffPath(): readonly Step[] {
    const path = new Set(this.path().map(({ answer }) => answer));
    return this.steps().filter(({ exchange, answer }) => !path.has(answer) && !this.isDeleted(exchange));
  }

  /** Returns all answers and summaries that directly or indirectly follow the given answers. */
  following(answersBefore: readonly Answer[]): readonly Answer[] {
    const before = new Set(answersBefore.map(({ id }) => id));
    // A single pass is enough, because an exchange is always added later than the exchange that it follows.
    const exchanges = [...this.exchanges.values()].filter(({ parentAnswer, answers }) => {
      if (before.has(parentAnswer)) for (const { id } of answers) before.add(id);
      return before.has(parentAnswer);
    });
    const summaries = this.summaries().filter(({ upTo }) => before.has(upTo));
    return [...exchanges.flatMap(({ answers }) => answers), ...summaries.map(({ answer }) => answer)];
  }

  shownExchange(exchange: Exchange): ShownExchange {
    const { id, prompt, attachments = [], images = [], selected } = exchange;
    const answers = answersSideBySide(exchange);
    const versions = this.versionsOf(exchange).filter(
      (answer) => !answer.comparison || answer.comparison.isUsed || answer.comparison.id === answer.id,
    );
    const isChosen = answers.some((answer) => answer.id === selected && answer.comparison?.isUsed === false);
    const isFollowed = answers.length > 1 && (isChosen || this.exchangeAfter(selected) !== undefined);
    const [shown] = answers;
    const others = shown && answers.length === 1 ? comparedWith(exchange, shown).slice(1) : [];
    return {
      id,
      prompt,
      attachments,
      images,
      answers,
      versions: versions.map((answer) => answer.id),
      selected,
      ...(isFollowed && { followed: standIn(exchange, selected).id }),
      ...(others.length > 0 && {
        comparedWith: others.map((other) => ({
          model: other.model ?? other.state.model,
          laterTurns: this.countLaterTurns(other.id),
        })),
      }),
      set: this.gateways,
    };
  }

  /** Counts the turns that follow an answer on the last selected branch. Deleted turns are left out. */
  private countLaterTurns(answerId: string): number {
    const next = this.exchangeAfter(answerId);
    return next ? Number(!this.isDeleted(next)) + this.countLaterTurns(next.selected) : 0;
  }

  /** Returns all answers, each with its exchange. */
  private steps(): readonly Step[] {
    return [...this.exchanges.values()].flatMap((exchange) => exchange.answers.map((answer) => ({ exchange, answer })));
  }

  /**
   * Returns the newest summary at one place of the conversation for which `accepts` returns true.
   * @param step the last exchange that the summary replaces, or undefined for a summary of another conversation
   */
  private lastSummary(step: Step | undefined, accepts: (summary: Summary) => boolean): Summary | undefined {
    // In an open comparison, the user might have requested the summary after any of the compared answers, so the
    // summaries after all of these answers are searched.
    const ids = step ? [step.answer, ...answersSideBySide(step.exchange)].map(({ id }) => id) : [''];
    return this.summaries().findLast((summary) => ids.includes(summary.upTo) && accepts(summary));
  }

  /**
   * Returns the exchanges from the start of the conversation to the given answer, each with one answer. If the answer
   * in an open comparison is incomplete, a complete answer of the same comparison is used instead. Deleted turns are
   * left out.
   */
  stepsUpTo(answerId: string): readonly Step[] {
    return this.allStepsUpTo(answerId).filter(({ exchange }) => !this.isDeleted(exchange));
  }

  private allStepsUpTo(answerId: string): readonly Step[] {
    const steps: Step[] = [];
    let exchange = this.exchangeOf(answerId);
    for (let id = answerId; exchange; id = exchange.parentAnswer, exchange = this.exchangeOf(id)) {
      steps.push({ exchange, answer: standIn(exchange, id) });
    }
    return steps.reverse();
  }

  /** Returns the exchanges of the selected path like {@link path}, including deleted turns. */
  private pathWithDeleted(): readonly Step[] {
    let end = '';
    for (let next = this.exchangeAfter(end); next; next = this.exchangeAfter(end)) end = next.selected;
    return this.allStepsUpTo(end);
  }

  private isDeleted({ parentAnswer }: Exchange): boolean {
    return this.deletedForks.has(parentAnswer);
  }

  private exchangeAfter(answerId: string): Exchange | undefined {
    return this.exchanges.get(this.forks.get(answerId)?.selected ?? '');
  }

  /**
   * Adds answers to an exchange and selects the first new answer. Several answers that are added together form a
   * comparison.
   */
  private addAnswers(exchange: Exchange | undefined, newAnswers: RecordOf<'answers'>['answers']): void {
    const [first] = newAnswers;
    if (!exchange || !first) return;
    const comparison = newAnswers.length > 1 ? { id: first.id } : undefined;
    const answers = newAnswers.map((each) => ({ ...each, state: initialTurn, isQueued: false, comparison }));
    const { id, parentAnswer } = exchange;
    this.exchanges.set(id, { ...exchange, answers: [...exchange.answers, ...answers] });
    const fork = this.forks.get(parentAnswer) ?? { answerIds: [], selected: id };
    this.forks.set(parentAnswer, fork);
    for (const answer of answers) this.owners.set(answer.id, id);
    fork.answerIds.push(...answers.map((answer) => answer.id));
    this.select(first.id);
  }

  /**
   * Selects the path that contains an answer. After the answer, the path continues as it did when it was last
   * selected. In an open comparison, the answer that later exchanges follow is selected instead.
   * @param use true ends the comparison, false reopens it
   */
  private select(answerId: string, use?: boolean): void {
    const exchange = this.exchangeOf(answerId);
    const answer = this.answer(answerId);
    if (!exchange || !answer) return;
    const { comparison } = answer;
    const compared = comparedWith(exchange, answer);
    const isUsed = use ?? comparison?.isUsed ?? false;
    const selected = isUsed ? answer : (compared.find(({ id }) => this.forks.has(id)) ?? answer);
    this.exchanges.set(exchange.id, { ...exchange, selected: selected.id });
    if (use !== undefined && comparison)
      for (const { id } of compared) {
        const isMarked = use || (id === answerId && exchange.selected === id);
        this.amend(id, { comparison: { id: comparison.id, ...(isMarked && { isUsed: use }) } });
      }
    this.selectAncestors(exchange);
    this.lastSelected = exchange.id;
  }

  private selectAncestors({ id, parentAnswer }: Exchange): void {
    for (let [child, answerId] = [id, parentAnswer]; ;) {
      const fork = this.forks.get(answerId);
      if (fork) fork.selected = child;
      const parent = this.exchangeOf(answerId);
      if (!parent) return;
      const isSelected = parent.selected === answerId;
      if (!isSelected) this.exchanges.set(parent.id, { ...parent, selected: answerId });
      // The path through this exchange is already selected.
      else if (parent.id === this.lastSelected) return;
      [child, answerId] = [parent.id, parent.parentAnswer];
    }
  }

  private editSummary({ answer: id, text }: RecordOf<'summaryText'>): void {
    const summary = this.summaryOf(id);
    if (!summary) return;
    this.summaryOfAnswer.set(id, { ...summary, isUndone: text === '' || undefined });
    // A summary whose text the user has edited is complete, even if the model had reached its token limit.
    if (text !== '') this.amend(id, { state: { ...summary.answer.state, text, phase: 'done', finishReason: 'stop' } });
  }
}

/**
 * Creates the content of a conversation from the records of its journal.
 * @param isBeingWritten whether the conversation is open in another window, so that unfinished turns are still running
 * there. Otherwise, unfinished turns are marked as interrupted.
 */
export function foldJournal(records: readonly JournalRecord[], isBeingWritten = false): StoredConversation {
  const tree = new ExchangeTree();
  for (const record of records) tree.apply(record);
  const unfinished = isBeingWritten ? [] : tree.answers().filter(({ state }) => isRunning(state.phase));
  const interrupted = unfinished.map(({ id }) => ({ type: 'interrupted', answer: id }) as const);
  for (const record of interrupted) tree.apply(record);
  return { tree, interrupted };
}

/**
 * Returns the given answer. If it is incomplete and the user has not yet chosen an answer of its comparison, returns a
 * complete answer of that comparison instead, if there is one.
 */
function standIn({ answers }: Exchange, answerId: string): Answer {
  const answer = answers.find(({ id }) => id === answerId);
  if (!answer) throw new Error('the answer belongs to another exchange');
  const { comparison, state } = answer;
  if (!comparison || comparison.isUsed || state.phase === 'done') return answer;
  return answers.find((other) => other.comparison?.id === comparison.id && other.state.phase === 'done') ?? answer;
}

type TurnRecord = RecordOf<'events' | 'rerun' | 'interrupted' | 'scheduled' | 'unscheduled'>;

function changesOf({ state, model }: Answer, record: TurnRecord): Partial<Answer> {
  switch (record.type) {
    case 'events': {
      const { events } = record;
      // When the user switches the turn to another model, that model becomes the model of the answer.
      const userSwitch = events.findLast((event) => event.type === 'model' && event.reason === 'user');
      const next = userSwitch?.type === 'model' ? userSwitch.to : model;
      return { model: next, state: events.reduce(reduceTurn, state) };
    }
    case 'rerun':
      return { model: record.model ?? model, state: stateForRerun(state, record.go) };
    case 'interrupted':
      return { state: markInterrupted(state), isQueued: false };
    case 'scheduled': {
      const { id, dueAt, scheduledAt, exceedsBudget } = record;
      return { state: markScheduled(state, { id, dueAt, scheduledAt, exceedsBudget }) };
    }
    case 'unscheduled':
      return { state: endSchedule(state, record.end) };
  }
}
