import { randomUUID } from 'node:crypto';
import {
  changesOfSummary,
  isFinished,
  isUsableSummary,
  toPromptInput,
  type Exchange,
  type PromptInput,
} from '../journal/exchange';
import { ConversationTurns } from './conversationTurns';
import { summaryPrompt } from './summaryPrompt';

/** A conversation: its prompts, the versions of its exchanges, its comparisons and summaries. */
export class Conversation extends ConversationTurns {
  /** Adds a prompt at the end. @throws Error when the conversation is read-only */
  ask(input: PromptInput): Exchange {
    const lastId = this.lastExchange?.id ?? '';
    const isAfterComparison = this.tree.isCompared(lastId);
    const exchange = this.add(input, isAfterComparison ? lastId : undefined);
    if (isAfterComparison) this.firePath();
    else this.update(exchange);
    this.run(exchange);
    return exchange;
  }

  /**
   * Adds a new version of an exchange, and stops the turns and schedules of the old version and the exchanges after it. The
   * prompt of a comparison goes to the models of its columns again, unless the demo has started or ended since.
   */
  edit(exchangeId: string, input: PromptInput): Exchange | undefined {
    const columns = this.tree.columns(exchangeId);
    const models = this.tree.comparedModels(exchangeId);
    const isSameGateway = columns.every(({ demo = false }) => demo === (input.demo ?? false));
    return models.length > 1 && isSameGateway
      ? this.compare(input, models, exchangeId)[0]
      : this.addVersion(exchangeId, input);
  }

  /**
   * Sends a prompt to several models at the same time. The answers are versions of one exchange.
   * @param exchangeId the exchange that gets the new versions; by default a new exchange at the end
   * @throws Error when the conversation is read-only
   */
  compare(input: PromptInput, models: readonly string[], exchangeId?: string): readonly Exchange[] {
    const after = exchangeId === undefined ? (this.lastExchange?.id ?? '') : this.parentOf(exchangeId);
    const comparison = randomUUID();
    const columns = models.map((model) => this.add({ ...input, model }, after, { comparison }));
    this.startVersions(columns, exchangeId);
    return columns;
  }

  /**
   * Ends a comparison. The conversation continues with this answer, and the turns of the other columns and after them stop.
   * Queued prompts are sent after this answer.
   */
  useAnswer(exchangeId: string): void {
    if (this.readOnly || !this.tree.isCompared(exchangeId)) return;
    const unsent = this.sentByUseAnswer(exchangeId);
    const others = this.tree.columns(exchangeId).filter(({ id }) => id !== exchangeId);
    this.end(others.flatMap(({ id }) => this.tree.descendants(id)));
    this.append({ type: 'show', exchangeId, endsComparison: true });
    this.tree.show(exchangeId, true);
    this.firePath();
    for (const columns of Map.groupBy(unsent, ({ id, comparison = id }) => comparison).values()) {
      const [input] = columns.map(toPromptInput);
      const models = columns.flatMap(({ model }) => model ?? []);
      if (input && models.length > 1) this.compare(input, models);
      else if (input) this.ask(input);
    }
  }

  /** Returns the queued prompts that `useAnswer` would send after the answer. */
  sentByUseAnswer(exchangeId: string): readonly Exchange[] {
    const others = this.tree.columns(exchangeId).filter(({ id }) => id !== exchangeId);
    return others
      .flatMap(({ id }) => this.tree.descendants(id))
      .filter(
        (exchange) =>
          exchange.queued &&
          !others.includes(exchange) &&
          exchange.summarizes === undefined &&
          exchange.state.text === '',
      );
  }

  stopColumns(exchangeId: string): void {
    this.end(this.tree.columns(exchangeId));
  }

  /**
   * Requests a summary that stands for an exchange and those before it in later requests. It replaces summaries that have
   * failed.
   * @throws Error when the conversation is read-only
   */
  summarize(exchangeId: string, model?: string): Exchange {
    const demo = this.exchange(exchangeId)?.demo;
    const summaries = this.tree.all().filter(({ summarizes, isUndone }) => summarizes !== undefined && !isUndone);
    for (const { id } of summaries.filter((other) => !isUsableSummary(other))) this.editSummary(id, '');
    const input = { prompt: summaryPrompt, model, demo, reasoningEffort: 'default' } as const;
    const summary = this.add(input, undefined, { summarizes: exchangeId });
    this.firePath();
    this.run(summary);
    return summary;
  }

  /** Adds a summary of another conversation before the first prompt. */
  addSummary(text: string): void {
    const { id } = this.add({ prompt: summaryPrompt }, undefined, { summarizes: '' });
    this.editSummary(id, text);
  }

  /** An empty text undoes the summary, which stops its turn. */
  editSummary(exchangeId: string, newText: string): void {
    const text = newText.trim();
    const summary = this.exchange(exchangeId);
    if (this.readOnly || summary?.summarizes === undefined) return;
    this.end([summary]);
    this.append({ type: 'summary', exchangeId, text });
    const current = this.exchange(exchangeId) ?? summary;
    this.tree.update({ ...current, queued: false, ...changesOfSummary(current.state, text) });
    this.firePath();
  }

  /** @returns the new exchange, or the existing exchange if its turn is still running or queued */
  regenerate(exchangeId: string, model?: string): Exchange | undefined {
    const exchange = this.exchange(exchangeId);
    if (this.readOnly || !exchange || !isFinished(exchange)) return exchange;
    const input = toPromptInput(exchange);
    return this.addVersion(exchangeId, model === undefined ? input : { ...input, model });
  }

  /** Does nothing while a turn is running, because the turn could disappear from the panel. */
  showVersion(exchangeId: string): void {
    if (this.readOnly || this.busy || !this.exchange(exchangeId) || this.tree.isOnPath(exchangeId)) return;
    this.append({ type: 'show', exchangeId });
    this.tree.show(exchangeId);
    this.firePath();
  }

  /** @returns '' for a first prompt */
  private parentOf(exchangeId: string): string {
    return this.tree.ancestors(exchangeId).at(-1)?.id ?? '';
  }

  private addVersion(exchangeId: string, input: PromptInput): Exchange {
    const version = this.add(input, this.parentOf(exchangeId));
    this.startVersions([version], exchangeId);
    return version;
  }

  /** The turns of the exchange that they replace, and of those after it, stop. */
  private startVersions(versions: readonly Exchange[], replacedId: string | undefined): void {
    const replaced = replacedId === undefined ? [] : this.tree.columns(replacedId);
    this.firePath();
    this.end(replaced.flatMap(({ id }) => this.tree.descendants(id)));
    for (const version of versions) this.run(version);
  }
}
