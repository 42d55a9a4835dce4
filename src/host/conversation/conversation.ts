import { randomUUID } from 'node:crypto';
import type { TurnHandle } from '../../engine/engine';
import type { EngineSettings } from '../../engine/environment';
import type { RecordedEvent } from '../../engine/events/events';
import type { ChatRequest } from '../../engine/request';
import type { ScheduleEnd } from '../../engine/state/schedule';
import { isRunning, isWaiting, type Schedule } from '../../engine/state/turnState';
import type { Answer, Exchange, Prompt, Step, SummarySource } from '../../shared/exchanges';
import type { GatewaySet } from '../connection/gatewaySet';
import {
  canContinue,
  canRetry,
  comparedModels,
  isFinished,
  isScheduled,
  isUsableSummary,
  promptOfExchange,
  answersSideBySide,
} from '../journal/exchange';
import type { ExchangeTree } from '../journal/exchangeTree';
import type { RecordOf } from '../journal/records';
import { ConversationLog, type JournalWriter } from './conversationLog';
import type { ReadImage } from './requestImages';
import { buildRequest } from './turnRequest';
import { TurnRunner, type TurnRunnerDeps, type TurnStart } from './turnRunner';

export interface ConversationDeps extends TurnRunnerDeps {
  readonly resumeSetting: () => EngineSettings['resume'];
}

/**
 * A conversation together with its running turns. One turn runs at a time, except that the turns of a comparison run
 * together. Turns continue to run after the panel is closed.
 */
export class Conversation {
  readonly log: ConversationLog;
  private readonly runner: TurnRunner;
  /** Number of retries that can't start before the user answers a question about the daily budget. */
  private questions = 0;

  /** @param journal the file of the conversation, or `undefined` while the conversation is open in another window */
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

  /** The gateways to which all prompts of the conversation are sent. */
  get set(): GatewaySet {
    return this.runner.set;
  }

  /** The last exchange of the selected path, with its selected answer. */
  get last(): Step | undefined {
    return this.tree.path().at(-1);
  }

  /** The answers at the end of the page: a single answer, or all answers of a comparison. */
  get lastAnswers(): readonly Answer[] {
    return answersSideBySide(this.last?.exchange);
  }

  /** The answers whose turns are running: several in a comparison, otherwise at most one. */
  get activeAnswers(): readonly Answer[] {
    const answers = this.runner.answerIds.flatMap((id) => this.tree.answer(id) ?? []);
    return answers.filter(({ state }) => isRunning(state.phase));
  }

  private get waitingAnswers(): readonly Answer[] {
    return this.activeAnswers.filter(({ state }) => isWaiting(state.phase));
  }

  /**
   * The first answer whose turn is waiting for its next attempt. If no turn is waiting, this is the first answer whose
   * turn is running.
   */
  get activeAnswer(): Answer | undefined {
    return this.waitingAnswers[0] ?? this.activeAnswers[0];
  }

  /**
   * The answers that *Retry Now* retries if the user selects no answer. If any turns are waiting, these are all answers
   * with waiting turns. Otherwise, it is a single answer.
   */
  get answersToRetry(): readonly Answer[] {
    const { waitingAnswers } = this;
    if (waitingAnswers.length > 0) return waitingAnswers;
    const single = this.activeAnswer ?? this.lastAnswers.find(canRetry) ?? this.last?.answer;
    return single ? [single] : [];
  }

  get scheduledAnswers(): readonly Answer[] {
    return this.tree.answers().filter(isScheduled);
  }

  /** ID of the gateway that the user has switched to. Prompts go to that gateway until the gateway fails. */
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

  /** Sets the title of the conversation. An empty string removes the title. */
  rename(newTitle: string): void {
    const title = newTitle.trim();
    if (!this.readOnly && title !== (this.tree.title ?? '')) this.log.write({ type: 'title', title });
  }

  /**
   * Sets the gateways to which the prompts of the conversation are sent. Does nothing if the conversation already has a
   * prompt.
   */
  useSet({ id }: GatewaySet): void {
    if (this.tree.isEmpty && id !== 'own') this.log.write({ type: 'gateways', set: id });
  }

  /**
   * Adds a prompt at the end of the conversation.
   * @param models the models that answer the prompt, as a comparison if there are several. If the list is empty, the
   * selected model answers.
   * @returns the ids of the answers
   * @throws Error when the conversation is read-only
   */
  ask(prompt: Prompt, models: readonly string[] = []): readonly string[] {
    return this.addExchange(prompt, this.tree.endAnswerId, models);
  }

  /**
   * Deletes a turn: a prompt with all its versions and answers. Also stops its running answers and cancels its
   * schedules. Later turns remain.
   */
  deleteExchange(exchangeId: string): void {
    const exchange = this.tree.exchange(exchangeId);
    if (this.readOnly || !exchange) return;
    // The deletion is recorded before the answers end. Otherwise, a queued turn that starts then would include the
    // deleted text in its request.
    this.log.write({ type: 'deletion', exchange: exchangeId });
    this.end(this.tree.versionsOf(exchange));
  }

  restoreExchange(exchangeId: string): void {
    if (!this.readOnly) this.log.write({ type: 'deletion', exchange: exchangeId, isUndone: true });
  }

  /**
   * Copies the turns of another conversation up to an answer, with the summaries between them, into this empty
   * conversation. The attempts and costs are not copied, because they belong to the other conversation. An incomplete
   * answer is copied as a stopped answer.
   */
  copyTurns({ tree, set }: Conversation, answerId: string): void {
    const exchange = tree.exchangeOf(answerId);
    const answer = tree.answer(answerId);
    if (!exchange || !answer) return;
    this.useSet(set);
    const steps = [...tree.stepsUpTo(exchange.parentAnswer), { exchange, answer }];
    const summaries = tree.usableSummaries();
    for (const [index, step] of [undefined, ...steps].entries()) {
      if (step) this.copyStep(step);
      const summary = summaries.find(({ turns }) => turns === index);
      if (summary) this.addSummary(summary.answer.state.text, summary.source);
    }
  }

  /**
   * Replaces a prompt by an edited version, and keeps the old version. Stops the turns and cancels the schedules of the
   * old version and of the exchanges after it. If the old version shows a comparison, all compared models receive the
   * new prompt.
   * @returns the ids of the answers
   */
  edit(exchangeId: string, prompt: Prompt): readonly string[] {
    const edited = this.tree.exchange(exchangeId);
    if (!edited) return [];
    const compared = comparedModels(edited);
    const answers = answersSideBySide(edited);
    const models = compared.length > 1 ? compared : answers.slice(0, 1).flatMap(({ model }) => model ?? []);
    return this.addExchange(prompt, edited.parentAnswer, models, answers);
  }

  /**
   * Requests further answers to a prompt. Stops the turns and cancels the schedules of the answers that the page has
   * shown until then, and of the exchanges after them.
   * @returns the ids of the new answers
   * @throws Error when the conversation is read-only
   */
  requestMoreAnswers(exchangeId: string, models: readonly string[] = []): readonly string[] {
    const exchange = this.tree.exchange(exchangeId);
    if (!exchange) return [];
    const answers = newAnswers(models);
    return this.writeStart({ type: 'answers', exchange: exchangeId, answers }, answers, answersSideBySide(exchange));
  }

  /**
   * Requests another answer to the same prompt, by default from the same model. Does nothing while the answer's turn is
   * running or queued.
   */
  regenerate(answerId: string, otherModel?: string): readonly string[] {
    const exchange = this.tree.exchangeOf(answerId);
    const answer = this.tree.answer(answerId);
    if (this.readOnly || !exchange || !answer || !isFinished(answer)) return [];
    const model = otherModel ?? answer.model;
    return this.requestMoreAnswers(exchange.id, model === undefined ? [] : [model]);
  }

  /**
   * Ends a comparison and continues the conversation with this answer. Stops the turns of the other compared answers
   * and of all exchanges that follow them. Queued prompts after the other answers are sent after this answer instead.
   */
  useAnswer(answerId: string): void {
    const otherColumns = this.otherColumns(answerId);
    if (this.readOnly || otherColumns.length === 0) return;
    const unsent = this.sentByUseAnswer(answerId);
    this.end([...otherColumns, ...this.tree.following(otherColumns)]);
    this.log.write({ type: 'select', answer: answerId, use: true });
    for (const { exchange, models } of unsent) this.ask(promptOfExchange(exchange), models);
  }

  /**
   * Returns the queued prompts that `useAnswer` would send after the answer. Each prompt is returned with the models
   * that the user has chosen for it.
   */
  sentByUseAnswer(answerId: string): readonly { readonly exchange: Exchange; readonly models: readonly string[] }[] {
    const unsent = this.tree
      .following(this.otherColumns(answerId))
      .filter(({ isQueued, state }) => isQueued && state.text === '');
    const byExchange = Map.groupBy(unsent, ({ id }) => this.tree.exchangeOf(id));
    return [...byExchange].flatMap(([exchange, answers]) =>
      exchange ? [{ exchange, models: answers.flatMap(({ model }) => model ?? []) }] : [],
    );
  }

  /**
   * Reopens an ended comparison. The conversation continues with the given answer, unless later exchanges follow
   * another compared answer. Does nothing while a turn is running.
   */
  reopenComparison(answerId: string): void {
    if (this.readOnly || this.busy || !this.tree.answer(answerId)?.comparison?.isUsed) return;
    this.log.write({ type: 'select', answer: answerId, use: false });
  }

  stopComparison(answerId: string): void {
    this.end(answersSideBySide(this.tree.exchangeOf(answerId)));
  }

  /**
   * Shows another version of an exchange. Does nothing while a turn is running. Otherwise, the panel might no longer
   * show the running turn.
   */
  showVersion(answerId: string): void {
    if (this.readOnly || this.busy || !this.tree.exchangeOf(answerId) || this.tree.isShown(answerId)) return;
    this.log.write({ type: 'select', answer: answerId });
  }

  /**
   * Requests a summary. In later requests, the summary replaces the given answer and everything before it. Removes
   * earlier summaries that have failed.
   * @throws Error when the conversation is read-only
   */
  summarize(upTo: string, model?: string): string {
    const failed = this.tree.summaries().filter((summary) => !summary.isUndone && !isUsableSummary(summary));
    for (const { answer } of failed) this.editSummary(answer.id, '');
    const answer = newAnswer(model);
    this.writeStart({ type: 'summary', upTo, answer }, [answer]);
    return answer.id;
  }

  /**
   * Adds a summary of all turns so far. If there are no turns, the text summarizes another conversation.
   */
  addSummary(text: string, source?: SummarySource): void {
    const answer = newAnswer();
    this.log.write({ type: 'summary', upTo: this.tree.endAnswerId, answer, source });
    this.editSummary(answer.id, text);
  }

  /** Changes the text of a summary and stops the turn that writes the summary. An empty text undoes the summary. */
  editSummary(answerId: string, newText: string): void {
    const summary = this.tree.summaryOf(answerId);
    if (this.readOnly || !summary) return;
    this.end([summary.answer]);
    this.log.write({ type: 'summaryText', answer: answerId, text: newText.trim() });
  }

  requestOf(
    answerId: string,
    readImage: ReadImage = (image) => this.deps.images.read(this.id, image),
  ): ChatRequest | undefined {
    const answer = this.tree.answer(answerId);
    const model = answer?.state.model || answer?.model;
    return answer && buildRequest(this.tree, { ...answer, model }, (choice) => this.set.defaults(choice), readImage);
  }

  /**
   * Stops the answer's turn, or cancels a turn that is queued or scheduled. Without an answer, stops all running turns.
   */
  stop(answerId?: string): void {
    this.end(answerId === undefined ? this.activeAnswers : [{ id: answerId }]);
  }

  stopAll(): void {
    this.end(this.tree.answers().filter((answer) => !isFinished(answer)));
  }

  /**
   * Ends the current wait of a running turn, so that the next attempt starts at once. If the turn has ended without a
   * complete answer, the turn is retried.
   */
  retryNow(answerId: string): void {
    this.retry(answerId, (turn) => turn.retryNow());
  }

  /**
   * Retries like `retryNow`. Also clears the failures that the circuit breaker has counted, so that the breaker does
   * not block the retry.
   */
  tryAnyway(answerId: string): void {
    this.retry(answerId, (turn) => turn.tryAnyway());
  }

  continue(answerId: string): void {
    const answer = this.tree.answer(answerId);
    if (answer && canContinue(answer)) this.rerun(answerId, { resumeMode: 'continue' });
  }

  /**
   * Requests the answer again, even if the answer is complete. The page shows the old text until the new text is
   * longer.
   */
  restart(answerId: string, options: TurnStart = {}): void {
    const answer = this.tree.answer(answerId);
    if (answer && isFinished(answer)) this.rerun(answerId, { resumeMode: 'restart', ...options });
    else this.retryNow(answerId);
  }

  /**
   * Switches a running turn to another model. If the turn has ended without a complete answer, restarts the answer with
   * that model.
   */
  switchModel(answerId: string, model: string): void {
    this.control(
      answerId,
      (turn) => turn.switchModel(model),
      () => this.rerun(answerId, { resumeMode: 'restart' }, model),
    );
  }

  /**
   * Switches a running turn to the next gateway, or retries a failed turn at that gateway. Later prompts also go to
   * that gateway.
   */
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

  /**
   * Sends later prompts to a gateway until this gateway fails.
   * @param id undefined if the settings determine the gateway
   */
  useGateway(id: string | undefined): void {
    this.runner.preferredGateway = id;
  }

  /**
   * Lets the fallback model continue the partial answer. Later, *Regenerate* and *Continue* still use the answer's
   * original model.
   */
  continueWithFallback(answerId: string): void {
    this.flush();
    const { wait, failure } = this.tree.answer(answerId)?.state ?? {};
    const { fallbackModel, reason } = wait ?? { ...failure, reason: failure?.kind };
    if (fallbackModel === undefined || reason === undefined) return;
    const onStart = (turn: TurnHandle): void => turn.continueWith(fallbackModel, reason);
    this.control(answerId, onStart, (answer) => {
      if (canContinue(answer)) this.rerun(answerId, { resumeMode: 'continue', onStart });
    });
  }

  /**
   * If a turn of this conversation is waiting, switches it to the model that the user has just selected for the
   * gateways of `set`. Does nothing if the conversation uses another set of gateways.
   */
  selectModel(model: string, set: GatewaySet): void {
    this.flush();
    const { activeAnswer } = this;
    if (!activeAnswer?.state.wait || this.set !== set) return;
    // In a comparison, a change of the selected model does not change the models that the user has chosen for the
    // answers.
    if (this.otherColumns(activeAnswer.id).length > 0) return;
    // The model setting changes to this model a moment later. `defaultModel` is updated now, so that the change of the
    // setting does not switch the turn a second time.
    this.runner.defaultModel = model;
    this.runner.turn(activeAnswer.id)?.switchModel(model);
  }

  /** After a change of the model setting, switches a waiting turn to the new model. */
  applySettings(): void {
    const { activeAnswer } = this;
    const { own } = this.deps.gatewaySets;
    if (!activeAnswer?.state.wait || this.set !== own) return;
    const model = own.model();
    const hasChanged = model !== this.runner.defaultModel && model !== activeAnswer.state.model;
    this.runner.defaultModel = model;
    // A turn that has switched to its fallback model keeps the fallback model until the user changes the model in the
    // settings.
    if (activeAnswer.model === undefined && hasChanged) this.runner.turn(activeAnswer.id)?.switchModel(model);
  }

  flush(): void {
    this.runner.flush();
  }

  /**
   * Schedules the prompt of an incomplete answer.
   * @returns false if the prompt can't be scheduled: the answer is complete, queued or already scheduled, or the
   * conversation is open in another window
   */
  schedule(answerId: string, schedule: Schedule): boolean {
    if (this.runner.answerIds.includes(answerId)) this.stop(answerId);
    const answer = this.tree.answer(answerId);
    if (this.readOnly || !answer || !canRetry(answer) || isScheduled(answer)) return false;
    this.log.write({ type: 'scheduled', answer: answerId, ...schedule });
    return true;
  }

  /** Records that a due prompt is not sent because the daily budget is used up. */
  holdScheduled(answerId: string): void {
    const schedule = this.tree.answer(answerId)?.state.schedule;
    if (this.readOnly || !schedule) return;
    this.log.write({ type: 'scheduled', answer: answerId, ...schedule, exceedsBudget: true });
  }

  /**
   * Sends the prompt of a scheduled answer.
   * @param immediately whether the turn skips the cooldown, because the user has asked to send the prompt now
   * @param record records on the disk that the prompt is being sent. The first attempt waits until this is done.
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
    // The prompt goes to the gateway that the scheduler has checked, not to the gateway that the user has switched to.
    this.startAgain(answer, { preferredGateway: undefined, beforeAttempt: record, onStart }, model);
  }

  /** Ends the schedule of an answer without sending its prompt. Does nothing if the answer is not scheduled. */
  endSchedule(answerId: string, end: ScheduleEnd): void {
    const answer = this.tree.answer(answerId);
    if (!this.readOnly && answer && isScheduled(answer)) this.log.write({ type: 'unscheduled', answer: answerId, end });
  }

  /**
   * Returns the other answers of the open comparison that contains this answer. The list is empty after the user has
   * chosen an answer.
   */
  private otherColumns(answerId: string): readonly Answer[] {
    const answers = answersSideBySide(this.tree.exchangeOf(answerId));
    return answers.some(({ id }) => id === answerId) ? answers.filter(({ id }) => id !== answerId) : [];
  }

  private copyStep({ exchange, answer: { model, state } }: Step): void {
    const answer = newAnswer(state.model || model);
    const prompt = promptOfExchange(exchange);
    this.deps.images.adopt(this.id, prompt.images ?? []);
    this.log.write({
      type: 'exchange',
      id: randomUUID(),
      parentAnswer: this.tree.endAnswerId,
      ...prompt,
      answers: [answer],
    });
    const { phase, text, reasoning, finishReason = '' } = state;
    const ofTurn = { attempt: 0, at: 0 };
    const end: RecordedEvent =
      phase === 'done'
        ? { type: 'done', finishReason, attempts: 0, waitedMs: 0, text, ...ofTurn }
        : { type: 'stopped', text, ...ofTurn };
    const events: readonly RecordedEvent[] = [{ type: 'reasoning', text: reasoning, ...ofTurn }, end];
    this.log.write({ type: 'events', answer: answer.id, events });
  }

  private addExchange(
    prompt: Prompt,
    parentAnswer: string,
    models: readonly string[],
    replacedAnswers: readonly Answer[] = [],
  ): readonly string[] {
    const answers = newAnswers(models);
    this.deps.images.adopt(this.id, prompt.images ?? []);
    return this.writeStart(
      { type: 'exchange', id: randomUUID(), parentAnswer, ...prompt, answers },
      answers,
      replacedAnswers,
    );
  }

  /**
   * Writes a record with new answers and starts their turns. Stops the turns of the replaced answers and of the
   * exchanges after them.
   */
  private writeStart(
    record: RecordOf<'exchange' | 'answers' | 'summary'>,
    answers: RecordOf<'answers'>['answers'],
    replacedAnswers: readonly Answer[] = [],
  ): readonly string[] {
    if (this.readOnly) throw new Error('the conversation is read-only');
    const ids = answers.map(({ id }) => id);
    this.log.write(record, this.runner.mustQueue() ? ids : []);
    this.end([...replacedAnswers, ...this.tree.following(replacedAnswers)]);
    for (const id of ids) this.runner.run(id);
    return ids;
  }

  private end(answers: readonly { readonly id: string }[]): void {
    // All queued turns are removed first. Otherwise, the end of the running turn would start the next queued turn.
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
   * Runs the turn of an answer again. If the daily budget is used up, the user is asked first, unless the turn only
   * continues a partial answer. Scheduled prompts are ignored, because only the scheduler sends them.
   */
  private rerun(answerId: string, start: TurnStart, model?: string): void {
    const startNow = (): void => {
      const answer = this.tree.answer(answerId);
      if (this.readOnly || !answer || !isFinished(answer) || isScheduled(answer)) return;
      this.startAgain(answer, start, model);
    };
    const mayStart = start.resumeMode === 'continue' || this.deps.budget.mayStart(this.set.isFree);
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

  /**
   * Starts another turn for the answer. The turn continues a partial answer or restarts the answer. If the caller does
   * not choose, the setting `holysheep.resume` decides.
   */
  private startAgain(answer: Answer, start: TurnStart, model?: string): void {
    const continues = canContinue(answer) && this.deps.resumeSetting() === 'auto';
    const { resumeMode = continues ? 'continue' : 'restart' } = start;
    const { id } = answer;
    this.log.write({ type: 'rerun', answer: id, go: resumeMode, model }, this.runner.mustQueue(answer) ? [id] : []);
    this.runner.run(id, { ...start, resumeMode });
  }
}

function newAnswer(model?: string): RecordOf<'summary'>['answer'] {
  return { id: randomUUID(), model };
}

/** @param models the models that the user has chosen. If the list is empty, the selected model answers. */
function newAnswers(models: readonly string[]): RecordOf<'answers'>['answers'] {
  return models.length > 0 ? models.map((model) => newAnswer(model)) : [newAnswer()];
}
