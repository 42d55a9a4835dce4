import type { RecordedEvent } from '../../engine/events/events';
import { reduceTurn } from '../../engine/state/turnState';
import type { ExchangeSnapshot } from '../../shared/protocol';
import { isUsableSummary, type Exchange } from './exchange';

export interface OtherVersion {
  readonly exchange: Exchange;
  readonly after?: string | undefined;
}

/** A summary that stands for earlier exchanges of the selected branch, or for another conversation. */
export interface CurrentSummary {
  readonly summary: Exchange;
  /** Number of exchanges for which it stands. 0 for another conversation. */
  readonly turns: number;
}

/** What a request contains before its own prompt. */
export interface Preceding {
  /** Stands for the exchanges before `exchanges`. */
  readonly summary?: Exchange | undefined;
  readonly exchanges: readonly Exchange[];
}

/** A point of the conversation that may be followed by several versions of an exchange. */
interface Fork {
  /** Oldest first. */
  readonly versions: TreeNode[];
  /** The versions that are columns of a comparison. The keys are the ids of the comparisons. */
  readonly comparisons: Map<string, TreeNode[]>;
  /** The version that was added or shown last, or an ancestor of that exchange. */
  selected: TreeNode | undefined;
}

interface TreeNode extends Fork {
  exchange: Exchange;
  readonly parent: TreeNode | undefined;
}

/**
 * All versions of the exchanges of a conversation. The selected branch contains one version at each fork. The columns of
 * a comparison are versions that are shown together until the user chooses one. A summary belongs to the exchange that it
 * follows, and is no version.
 */
export class ExchangeTree {
  private readonly start: Fork = { versions: [], comparisons: new Map(), selected: undefined };
  /** In the order in which the user sent the prompts. */
  private readonly nodes = new Map<string, TreeNode>();
  private readonly endedComparisons = new Set<string>();

  get(id: string): Exchange | undefined {
    return this.nodes.get(id)?.exchange;
  }

  all(): readonly Exchange[] {
    return [...this.nodes.values()].map(({ exchange }) => exchange);
  }

  /** The selected branch. It ends in a complete answer if it ends in a comparison that has one. */
  path(): readonly Exchange[] {
    const exchanges: Exchange[] = [];
    for (let node = this.current(this.start); node; node = this.current(node)) exchanges.push(node.exchange);
    return exchanges;
  }

  /** The selected branch with all columns of its comparisons, and with its summaries. */
  onPage(): readonly Exchange[] {
    const summaries = this.all().filter(({ summarizes, isUndone }) => summarizes !== undefined && !isUndone);
    // The newest one, also while it is being written or if it has failed.
    const summaryAfter = (id: string): readonly Exchange[] =>
      summaries.filter(({ summarizes }) => summarizes === id).slice(-1);
    const onPath = this.path().flatMap(({ id }) => [...this.columns(id), ...summaryAfter(id)]);
    return [...summaryAfter(''), ...onPath];
  }

  currentSummaries(): readonly CurrentSummary[] {
    const summaries = this.onPage().filter(isUsableSummary);
    return summaries.map((summary) => ({ summary, turns: this.ancestors(summary.id).length }));
  }

  isOnPath(id: string): boolean {
    for (let node = this.nodes.get(id); node; node = node.parent) {
      if (this.current(this.forkBefore(node)) !== node) return false;
    }
    return this.nodes.has(id);
  }

  isOnPage(id: string): boolean {
    const node = this.nodes.get(id);
    if (!node) return false;
    const { summarizes, isUndone } = node.exchange;
    if (summarizes !== undefined) return !isUndone && (summarizes === '' || this.isOnPath(summarizes));
    return this.columns(id).some((column) => this.isOnPath(column.id));
  }

  /** Returns the columns of the comparison to which an exchange belongs, or only the exchange if it is not being compared. */
  columns(id: string): readonly Exchange[] {
    const node = this.nodes.get(id);
    return node ? this.columnsOf(node).map(({ exchange }) => exchange) : [];
  }

  isCompared(id: string): boolean {
    return this.columns(id).length > 1;
  }

  /** Returns the models of the comparison to which an exchange belongs. None if it is not being compared. */
  comparedModels(id: string): readonly string[] {
    return this.isCompared(id) ? [...new Set(this.columns(id).map(({ model, state }) => model ?? state.model))] : [];
  }

  /** Versions that are not on the selected branch. Summaries are no versions. */
  otherVersions(): readonly OtherVersion[] {
    return [...this.nodes.values()]
      .filter(({ exchange }) => exchange.summarizes === undefined && !this.isOnPath(exchange.id))
      .map(({ exchange, parent }) => ({ exchange, after: parent?.exchange.id }));
  }

  /** Returns the exchanges before an exchange, or those for which a summary stands. */
  ancestors(id: string): readonly Exchange[] {
    const exchanges: Exchange[] = [];
    for (let node = this.nodes.get(id)?.parent; node; node = node.parent) exchanges.push(node.exchange);
    return exchanges.reverse();
  }

  /** @param id by default, a next exchange at the end of the selected branch */
  preceding(id?: string): Preceding {
    const ancestors = id === undefined ? this.path() : this.ancestors(id).map((exchange) => this.answered(exchange));
    const summaries = this.all().filter((exchange) => exchange.id !== id && isUsableSummary(exchange));
    const summaryOf = (ofId: string): Exchange | undefined =>
      summaries.findLast(({ summarizes }) => summarizes === ofId);
    const index = ancestors.findLastIndex((exchange) => summaryOf(exchange.id));
    return { summary: summaryOf(ancestors[index]?.id ?? ''), exchanges: ancestors.slice(index + 1) };
  }

  descendants(id: string): readonly Exchange[] {
    const found = new Set([id]);
    // A node was added after its parent.
    for (const [nodeId, { parent }] of this.nodes) if (parent && found.has(parent.exchange.id)) found.add(nodeId);
    return this.all().filter((exchange) => found.has(exchange.id));
  }

  snapshot({
    id,
    prompt,
    attachments = [],
    state,
    queued,
    demo,
    model,
    comparison,
    summarizes,
  }: Exchange): ExchangeSnapshot {
    const node = this.nodes.get(id);
    const columns = node ? this.columnsOf(node) : [];
    const isCompared = columns.length > 1;
    const followed = columns.find((column) => column.selected)?.exchange;
    const isFollowed = isCompared && followed !== undefined && this.answered(followed).id === id;
    const siblings = node && summarizes === undefined ? this.forkBefore(node).versions : [];
    // The columns of a comparison are shown together, so they count as one version.
    const versions = siblings
      .filter((sibling) => sibling === node || (!columns.includes(sibling) && this.columnsOf(sibling)[0] === sibling))
      .map(({ exchange }) => exchange.id);
    return {
      id,
      prompt,
      attachments,
      state,
      queued,
      ...(demo && { demo }),
      ...(versions.length > 1 && { versions }),
      ...(isCompared && { comparison, model }),
      ...(isFollowed && { isFollowed }),
      ...(summarizes !== undefined && { summarizedTurns: this.ancestors(id).length }),
    };
  }

  /** @param after id of the preceding exchange, '' for a first prompt; by default the end of the selected branch */
  add(exchange: Exchange, after?: string): void {
    const { id, comparison, summarizes } = exchange;
    const parent = this.nodes.get(summarizes ?? after ?? this.path().at(-1)?.id ?? '');
    const node: TreeNode = { exchange, parent, versions: [], comparisons: new Map(), selected: undefined };
    this.nodes.set(id, node);
    if (summarizes !== undefined) return;
    const { versions, comparisons } = this.forkBefore(node);
    versions.push(node);
    const columns = (comparison !== undefined && comparisons.get(comparison)) || [];
    columns.push(node);
    if (comparison !== undefined) comparisons.set(comparison, columns);
    // The first column stays selected, so that the order of the columns shows which answer a next prompt would follow.
    if (columns[0] === node) this.select(node);
  }

  update(exchange: Exchange): void {
    const node = this.nodes.get(exchange.id);
    if (node) node.exchange = exchange;
  }

  /** A model to which the user has switched also becomes the model of the exchange. */
  addEvents(exchange: Exchange, events: readonly RecordedEvent[]): Exchange {
    const userSwitch = events.findLast((event) => event.type === 'model' && event.reason === 'user');
    const model = userSwitch?.type === 'model' ? { model: userSwitch.to } : {};
    const next = { ...exchange, ...model, state: events.reduce(reduceTurn, exchange.state) };
    this.update(next);
    return next;
  }

  /**
   * Selects the branch through an exchange, which then continues as it did when the exchange was last on it. A comparison
   * continues after the column that is followed.
   * @param endsComparison whether the other columns are no longer shown
   */
  show(id: string, endsComparison = false): void {
    const node = this.nodes.get(id);
    if (!node || node.exchange.summarizes !== undefined) return;
    const { comparison } = node.exchange;
    if (endsComparison && comparison !== undefined) this.endedComparisons.add(comparison);
    this.select(this.columnsOf(node).find(({ selected }) => selected) ?? node);
  }

  /** Of the columns of a comparison that no exchange follows, a complete answer is current. */
  private current({ selected }: Fork): TreeNode | undefined {
    return selected && !selected.selected ? this.nodes.get(this.answered(selected.exchange).id) : selected;
  }

  /** In a comparison, a complete answer stands for one without a complete answer. */
  private answered(exchange: Exchange): Exchange {
    if (exchange.comparison === undefined || exchange.state.phase === 'done') return exchange;
    return this.columns(exchange.id).find(({ state }) => state.phase === 'done') ?? exchange;
  }

  private columnsOf(node: TreeNode): readonly TreeNode[] {
    const { comparison } = node.exchange;
    if (comparison === undefined || this.endedComparisons.has(comparison)) return [node];
    return this.forkBefore(node).comparisons.get(comparison) ?? [node];
  }

  private select(selected: TreeNode | undefined): void {
    for (let node = selected; node; node = node.parent) this.forkBefore(node).selected = node;
  }

  private forkBefore({ parent }: TreeNode): Fork {
    return parent ?? this.start;
  }
}
