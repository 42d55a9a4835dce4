import { randomUUID } from 'node:crypto';
import type { TurnHandle } from '../../engine/engine';
import type { EngineSettings } from '../../engine/environment';
import type { ChatRequest } from '../../engine/request';
import type { ScheduleEnd } from '../../engine/state/schedule';
import { isRunning, isWaiting, type Schedule } from '../../engine/state/turnState';
import type { Answer, Exchange, Prompt, Step } from '../../shared/exchanges';
import type { GatewaySet } from '../connection/gatewaySet';
import {
  canContinue,
  canRetry,
  comparedModels,
  isFinished,
  isScheduled,
  isUsable,
  promptOf,
  sideBySide,
} from '../journal/exchange';
import type { ExchangeTree } from '../journal/exchangeTree';
import type { RecordOf } from '../journal/records';
import { ConversationLog, type JournalWriter } from './conversationLog';
import { buildRequest } from './turnRequest';
import { TurnRunner, type TurnRunnerDeps, type TurnStart } from './turnRunner';

export interface ConversationDeps extends TurnRunnerDeps {
  readonly resumeSetting: () => EngineSettings['resume'];
}

/**
 * A conversation and its turns: one at a time, or all turns of a comparison. They continue to run when the panel is
 * closed.
 */
export class Conversation {
  readonly log: ConversationLog;
  private readonly runner: TurnRunner;
  /** Number of turns that wait for the user's answer to a question about the daily budget. */
  private questions = 0;

  /** @param journal the file of the conversation, or `undefined` while another window has the right to write it */
  constructor(
    readonly id: string,
    content: ExchangeTree,
    journal: JournalWriter | undefined,
    private readonly deps: ConversationDeps,
  ) {
    this.log = new ConversationLog(content, journal, deps.onError);
    this.runner = new TurnRunner(id, this.log, deps);
  }

  get tree(): ExchangeTree {
    return this.log.tree;
  }

  get readOnly(): boolean {
    return this.log.readOnly;
  }

  /** Where all prompts of the conversation go. */
  get set(): GatewaySet {
    return this.runner.set;
  }

  /** The end of the selected branch. */
  get last(): Step | undefined {
    return this.tree.path().at(-1);
  }

  /** The answers that the page shows last: one, or several that are compared. */
  get lastAnswers(): readonly Answer[] {
    return sideBySide(this.last?.exchange);
  }

  /** The answers whose turns run. A comparison has several. */
  get activeAnswers(): readonly Answer[] {
    const answers = this.runner.answerIds.flatMap((id) => this.tree.answer(id) ?? []);
    return answers.filter(({ state }) => isRunning(state.phase));
  }

  private get waitingAnswers(): readonly Answer[] {
    return this.activeAnswers.filter(({ state }) => isWaiting(state.phase));
  }

  /** The first answer whose turn waits, or else the first answer whose turn runs. */
  get activeAnswer(): Answer | undefined {
    return this.waitingAnswers[0] ?? this.activeAnswers[0];
  }

  /** The answers to which *Retry Now* applies if the user names none: all whose turns wait, or else a single answer. */
  get answersToRetry(): readonly Answer[] {
    const { waitingAnswers } = this;
    if (waitingAnswers.length > 0) return waitingAnswers;
    const single = this.activeAnswer ?? this.lastAnswers.find(canRetry) ?? this.last?.answer;
    return single ? [single] : [];
  }

  get scheduledAnswers(): readonly Answer[] {
    return this.tree.answers().filter(isScheduled);
  }

  /** ID of the gateway that the user has switched to. Prompts go there until the gateway fails. */
  get preferredGateway(): string | undefined {
    return this.runner.preferredGateway;
  }

  get busy(): boolean {
    return this.runner.busy || this.questions > 0;
  }

  setReadOnly(): void {
    this.stopAll();
    this.log.setReadOnly();
  }

  /** An empty string removes the title. */
  rename(newTitle: string): void {
    const title = newTitle.trim();
    if (!this.readOnly && title !== (this.tree.title ?? '')) this.log.write({ type: 'title', title });
  }

  /** Lets these gateways answer all prompts. Does nothing if the conversation already has a prompt. */
  useSet({ id }: GatewaySet): void {
    if (this.tree.isEmpty && id !== 'own') this.log.write({ type: 'gateways', set: id });
  }

  /**
   * Adds a prompt at the end. Several models answer it at the same time, in a comparison.
   * @param models the models that the user has chosen. By default, the selected model answers.
   * @returns the ids of the answers
   * @throws Error when the conversation is read-only
   */
  ask(prompt: Prompt, models: readonly string[] = []): readonly string[] {
    return this.addExchange(prompt, this.last?.answer.id ?? '', models);
  }

  /**
   * Adds another version of a prompt, and stops the turns and schedules from the old version on. After a comparison, the
   * new prompt goes to all compared models again.
   * @returns the ids of the answers
   */
  edit(exchangeId: string, prompt: Prompt): readonly string[] {
    const edited = this.tree.exchange(exchangeId);
    if (!edited) return [];
    const compared = comparedModels(edited);
    const answers = sideBySide(edited);
    const models = compared.length > 1 ? compared : answers.slice(0, 1).flatMap(({ model }) => model ?? []);
    return this.addExchange(prompt, edited.after, models, answers);
  }

  /**
   * Requests further answers to a prompt. The turns and schedules from the replaced answers on stop.
   * @returns the ids of the answers
   * @throws Error when the conversation is read-only
   */
  answerAgain(exchangeId: string, models: readonly string[] = []): readonly string[] {
    const exchange = this.tree.exchange(exchangeId);
    if (!exchange) return [];
    const answers = newAnswers(models);
    return this.writeStart({ type: 'answers', exchange: exchangeId, answers }, answers, sideBySide(exchange));
  }

  /** Requests another answer from the same model, or from another one. Does nothing while the turn runs or is queued. */
  regenerate(answerId: string, otherModel?: string): readonly string[] {
    const exchange = this.tree.exchangeOf(answerId);
    const answer = this.tree.answer(answerId);
    if (this.readOnly || !exchange || !answer || !isFinished(answer)) return [];
    const model = otherModel ?? answer.model;
    return this.answerAgain(exchange.id, model === undefined ? [] : [model]);
  }

  /**
   * Ends a comparison. The conversation continues with this answer. The turns of the other answers stop, and the turns that
   * follow these answers. Queued prompts are sent after this answer.
   */
  useAnswer(answerId: string): void {
    const others = this.otherColumns(answerId);
    if (this.readOnly || others.length === 0) return;
    const unsent = this.sentByUseAnswer(answerId);
    this.end([...others, ...this.following(others)]);
    this.log.write({ type: 'select', answer: answerId, use: true });
    for (const { exchange, models } of unsent) this.ask(promptOf(exchange), models);
  }

  /** Returns the queued prompts that `useAnswer` would send after the answer, and the models that the user has chosen. */
  sentByUseAnswer(answerId: string): readonly { readonly exchange: Exchange; readonly models: readonly string[] }[] {
    const unsent = this.following(this.otherColumns(answerId)).filter(
      ({ isQueued, state }) => isQueued && state.text === '',
    );
    const byExchange = Map.groupBy(unsent, ({ id }) => this.tree.exchangeOf(id));
    return [...byExchange].flatMap(([exchange, answers]) =>
      exchange ? [{ exchange, models: answers.flatMap(({ model }) => model ?? []) }] : [],
    );
  }

  stopComparison(answerId: string): void {
    this.end(sideBySide(this.tree.exchangeOf(answerId)));
  }

  /** Shows another version of an exchange. Does nothing while a turn runs, because the turn could disappear from the panel. */
  showVersion(answerId: string): void {
    if (this.readOnly || this.busy || !this.tree.exchangeOf(answerId) || this.tree.isShown(answerId)) return;
    this.log.write({ type: 'select', answer: answerId });
  }

  /**
   * Requests a summary that replaces an answer and what is before it in later requests. It replaces summaries that have
   * failed.
   * @throws Error when the conversation is read-only
   */
  summarize(upTo: string, model?: string): string {
    const failed = this.tree.summaries().filter((summary) => !summary.isUndone && !isUsable(summary));
    for (const { answer } of failed) this.editSummary(answer.id, '');
    const answer = newAnswer(model);
    this.writeStart({ type: 'summary', upTo, answer }, [answer]);
    return answer.id;
  }

  /** Adds a summary of another conversation before the first prompt. */
  addSummary(text: string): void {
    const answer = newAnswer();
    this.log.write({ type: 'summary', upTo: '', answer });
    this.editSummary(answer.id, text);
  }

  /** An empty text undoes the summary, which stops its turn. */
  editSummary(answerId: string, newText: string): void {
    const summary = this.tree.summaryOf(answerId);
    if (this.readOnly || !summary) return;
    this.end([summary.answer]);
    this.log.write({ type: 'summaryText', answer: answerId, text: newText.trim() });
  }

  requestOf(answerId: string): ChatRequest | undefined {
    const answer = this.tree.answer(answerId);
    const model = answer?.state.model || answer?.model;
    return answer && buildRequest(this.tree, { ...answer, model }, (choice) => this.set.defaults(choice));
  }

  /** Stops the turn of an answer, removes it from the queue or cancels its schedule. The default is all running turns. */
  stop(answerId?: string): void {
    const answer = answerId === undefined ? undefined : this.tree.answer(answerId);
    this.end(answerId === undefined ? this.activeAnswers : answer ? [answer] : []);
  }

  stopAll(): void {
    this.end(this.tree.answers().filter((answer) => !isFinished(answer)));
  }

  /** Ends the wait of a running turn, or retries a turn that has ended without a complete answer. */
  retryNow(answerId: string): void {
    this.retry(answerId, (turn) => turn.retryNow());
  }

  /** Also clears the failures that the circuit breaker has recorded for the model. */
  tryAnyway(answerId: string): void {
    this.retry(answerId, (turn) => turn.tryAnyway());
  }

  continue(answerId: string): void {
    const answer = this.tree.answer(answerId);
    if (answer && canContinue(answer)) this.rerun(answerId, { mode: 'continue' });
  }

  /** Requests the answer again, even if it is complete. The old text stays until the new text is longer. */
  restart(answerId: string, options: TurnStart = {}): void {
    const answer = this.tree.answer(answerId);
    if (answer && isFinished(answer)) this.rerun(answerId, { mode: 'restart', ...options });
    else this.retryNow(answerId);
  }

  /** Switches a running turn, or restarts one that has ended without a complete answer. */
  switchModel(answerId: string, model: string): void {
    this.control(
      answerId,
      (turn) => turn.switchModel(model),
      () => this.rerun(answerId, { mode: 'restart' }, model),
    );
  }

  /** Switches a running turn to the next gateway, or retries a failed turn there. Later prompts also use that gateway. */
  switchGateway(answerId: string): void {
    this.flush();
    this.control(
      answerId,
      (turn) => (this.runner.preferredGateway = turn.switchGateway() ?? this.preferredGateway),
      ({ state }) => {
        const preferredGateway = state.failure?.nextGateway?.id ?? this.preferredGateway;
        this.rerun(answerId, { preferredGateway, onStart: () => (this.runner.preferredGateway = preferredGateway) });
      },
    );
  }

  /** Lets later prompts go to the gateway that the settings choose. */
  switchBack(): void {
    this.runner.preferredGateway = undefined;
  }

  /** The model of the answer stays the same, so that *Regenerate* and *Continue* use it. */
  continueWithFallback(answerId: string): void {
    this.flush();
    const { wait, failure } = this.tree.answer(answerId)?.state ?? {};
    const { fallbackModel, reason } = wait ?? { ...failure, reason: failure?.kind };
    if (fallbackModel === undefined || reason === undefined) return;
    const onStart = (turn: TurnHandle): void => turn.continueWith(fallbackModel, reason);
    this.control(answerId, onStart, (answer) => {
      if (canContinue(answer)) this.rerun(answerId, { mode: 'continue', onStart });
    });
  }

  /** Switches a waiting turn to the model that the user has selected in a set. */
  selectModel(model: string, set: GatewaySet): void {
    this.flush();
    const { activeAnswer } = this;
    if (!activeAnswer?.state.wait || this.set !== set) return;
    // A compared answer keeps its model.
    if (this.otherColumns(activeAnswer.id).length > 0) return;
    // The setting changes to the same model right afterwards and must not switch the turn a second time.
    this.runner.defaultModel = model;
    this.runner.turn(activeAnswer.id)?.switchModel(model);
  }

  /** Switches a waiting turn to the model in the settings if the user has changed it since the turn started. */
  applySettings(): void {
    const { activeAnswer } = this;
    const { own } = this.deps.sets;
    if (!activeAnswer?.state.wait || this.set !== own) return;
    const model = own.model();
    const hasChanged = model !== this.runner.defaultModel && model !== activeAnswer.state.model;
    this.runner.defaultModel = model;
    // Does not switch a turn back from its fallback model unless the user has changed the model in the settings.
    if (activeAnswer.model === undefined && hasChanged) this.runner.turn(activeAnswer.id)?.switchModel(model);
  }

  flush(): void {
    this.runner.flush();
  }

  /** @returns false if the answer is complete, the user has retried, or another window writes the conversation */
  schedule(answerId: string, schedule: Schedule): boolean {
    if (this.runner.answerIds.includes(answerId)) this.stop(answerId);
    const answer = this.tree.answer(answerId);
    if (this.readOnly || !answer || !canRetry(answer) || isScheduled(answer)) return false;
    this.log.write({ type: 'scheduled', answer: answerId, ...schedule });
    return true;
  }

  /** Records that a scheduled prompt is due, but is not sent because the daily budget is used up. */
  holdScheduled(answerId: string): void {
    const schedule = this.tree.answer(answerId)?.state.schedule;
    if (this.readOnly || !schedule) return;
    this.log.write({ type: 'scheduled', answer: answerId, ...schedule, exceedsBudget: true });
  }

  /**
   * @param immediately whether the turn skips the cooldown, because the user asked for it
   * @param record writes to the disk that the prompt is sent. No attempt starts before it resolves.
   */
  sendScheduled(
    answerId: string,
    model: string,
    { immediately, record }: { readonly immediately: boolean; readonly record: () => Promise<void> },
  ): void {
    const answer = this.tree.answer(answerId);
    if (this.readOnly || !answer || !isScheduled(answer)) return;
    const onStart = (turn: TurnHandle): void => {
      if (immediately) turn.retryNow();
    };
    // The prompt goes to the gateway that the scheduler has checked, not to the one that the user has switched to.
    this.startAgain(answer, { preferredGateway: undefined, beforeAttempt: record, onStart }, model);
  }

  /** Ends the schedule of an answer without sending its prompt. Does nothing if the answer is not scheduled. */
  endSchedule(answerId: string, end: ScheduleEnd): void {
    const answer = this.tree.answer(answerId);
    if (!this.readOnly && answer && isScheduled(answer)) this.log.write({ type: 'unscheduled', answer: answerId, end });
  }

  /** Returns the other answers of an open comparison. */
  private otherColumns(answerId: string): readonly Answer[] {
    const answers = sideBySide(this.tree.exchangeOf(answerId));
    return answers.some(({ id }) => id === answerId) ? answers.filter(({ id }) => id !== answerId) : [];
  }

  private following(answers: readonly Answer[]): readonly Answer[] {
    return this.tree.following(answers.map(({ id }) => id));
  }

  private addExchange(
    prompt: Prompt,
    after: string,
    models: readonly string[],
    replaced: readonly Answer[] = [],
  ): readonly string[] {
    const answers = newAnswers(models);
    return this.writeStart({ type: 'exchange', id: randomUUID(), after, ...prompt, answers }, answers, replaced);
  }

  /** Adds answers and starts their turns. The turns from the replaced answers on stop. */
  private writeStart(
    record: RecordOf<'exchange' | 'answers' | 'summary'>,
    answers: RecordOf<'answers'>['answers'],
    replaced: readonly Answer[] = [],
  ): readonly string[] {
    if (this.readOnly) throw new Error('the conversation is read-only');
    const ids = answers.map(({ id }) => id);
    this.log.write(record, this.runner.mustQueue() ? ids : []);
    this.end([...replaced, ...this.following(replaced)]);
    for (const id of ids) this.runner.run(id);
    return ids;
  }

  private end(answers: readonly Answer[]): void {
    // Removes all queued turns first, because the end of the running turn starts the next queued turn.
    for (const { id } of answers) {
      this.endSchedule(id, { outcome: 'stopped' });
      this.runner.endQueued(id);
    }
    for (const { id } of answers) this.runner.turn(id)?.stop();
  }

  private retry(answerId: string, onStart: (turn: TurnHandle) => void): void {
    this.control(answerId, onStart, () => this.rerun(answerId, { onStart }));
  }

  private control(
    answerId: string,
    controlTurn: (turn: TurnHandle) => void,
    handleEnded: (answer: Answer) => void,
  ): void {
    const answer = this.tree.answer(answerId);
    if (!answer) return;
    const turn = this.runner.turn(answerId);
    if (turn && isRunning(answer.state.phase)) controlTurn(turn);
    else if (canRetry(answer)) handleEnded(answer);
  }

  /**
   * Asks about the daily budget before anything changes, unless the user continues a partial answer. Does nothing for a
   * scheduled prompt, because only the scheduler may send it.
   */
  private rerun(answerId: string, start: TurnStart, model?: string): void {
    const startNow = (): void => {
      const answer = this.tree.answer(answerId);
      if (this.readOnly || !answer || !isFinished(answer) || isScheduled(answer)) return;
      this.startAgain(answer, start, model);
    };
    const mayStart = start.mode === 'continue' || this.deps.budget.mayStart(this.set.isFree);
    if (mayStart === true) startNow();
    else this.whenAnswered(mayStart, startNow).catch(this.deps.onError);
  }

  private async whenAnswered(mayStart: boolean | Promise<boolean>, start: () => void): Promise<void> {
    this.questions++;
    try {
      if (await mayStart) start();
    } finally {
      this.questions--;
    }
  }

  /** By default, continues a partial answer if the setting allows it, and otherwise restarts the answer. */
  private startAgain(answer: Answer, start: TurnStart, model?: string): void {
    const continues = canContinue(answer) && this.deps.resumeSetting() === 'auto';
    const { mode = continues ? 'continue' : 'restart' } = start;
    const { id } = answer;
    this.log.write({ type: 'rerun', answer: id, go: mode, model }, this.runner.mustQueue(answer) ? [id] : []);
    this.runner.run(id, { ...start, mode });
  }
}

function newAnswer(model?: string): RecordOf<'summary'>['answer'] {
  return { id: randomUUID(), model };
}

/** @param models the models that the user has chosen; none for an answer of the selected model */
function newAnswers(models: readonly string[]): RecordOf<'answers'>['answers'] {
  return models.length > 0 ? models.map((model) => newAnswer(model)) : [newAnswer()];
}
