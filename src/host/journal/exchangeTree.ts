import type { RecordedEvent } from '../../engine/events';
import { reduceTurn } from '../../engine/state/turnState';
import type { ExchangeSnapshot } from '../../shared/protocol';
import type { Exchange } from './exchange';

export interface OtherVersion {
  readonly exchange: Exchange;
  readonly after?: string | undefined;
}

/** A point of the conversation that may be followed by several versions of an exchange. */
interface Fork {
  /** Oldest first. */
  readonly versions: TreeNode[];
  /** The version that was added or shown last, or that precedes the exchange that was. */
  selected: TreeNode | undefined;
}

interface TreeNode extends Fork {
  exchange: Exchange;
  readonly parent: TreeNode | undefined;
}

/** All versions of the exchanges of a conversation. The selected branch contains one version at each fork. */
export class ExchangeTree {
  private readonly start: Fork = { versions: [], selected: undefined };
  /** In the order in which the user sent the prompts. */
  private readonly nodes = new Map<string, TreeNode>();

  get(id: string): Exchange | undefined {
    return this.nodes.get(id)?.exchange;
  }

  all(): readonly Exchange[] {
    return [...this.nodes.values()].map(({ exchange }) => exchange);
  }

  path(): readonly Exchange[] {
    const exchanges: Exchange[] = [];
    for (let node = this.start.selected; node; node = node.selected) exchanges.push(node.exchange);
    return exchanges;
  }

  isOnPath(id: string): boolean {
    for (let node = this.nodes.get(id); node; node = node.parent) {
      if (this.forkBefore(node).selected !== node) return false;
    }
    return this.nodes.has(id);
  }

  otherVersions(): readonly OtherVersion[] {
    return [...this.nodes.values()]
      .filter(({ exchange }) => !this.isOnPath(exchange.id))
      .map(({ exchange, parent }) => ({ exchange, after: parent?.exchange.id }));
  }

  ancestors(id: string): readonly Exchange[] {
    const exchanges: Exchange[] = [];
    for (let node = this.nodes.get(id)?.parent; node; node = node.parent) exchanges.push(node.exchange);
    return exchanges.reverse();
  }

  descendants(id: string): readonly Exchange[] {
    return this.all().filter((exchange) => exchange.id === id || this.ancestors(exchange.id).some((e) => e.id === id));
  }

  snapshot({ id, prompt, attachments = [], state, queued, demo }: Exchange): ExchangeSnapshot {
    const node = this.nodes.get(id);
    const versions = node ? this.forkBefore(node).versions.map(({ exchange }) => exchange.id) : [];
    const optional = { ...(demo && { demo }), ...(versions.length > 1 && { versions }) };
    return { id, prompt, attachments, state, queued, ...optional };
  }

  /** @param after id of the preceding exchange, '' for a first prompt; by default the end of the selected branch */
  add(exchange: Exchange, after?: string): void {
    const parent = this.nodes.get(after ?? this.path().at(-1)?.id ?? '');
    const node: TreeNode = { exchange, parent, versions: [], selected: undefined };
    this.nodes.set(exchange.id, node);
    this.forkBefore(node).versions.push(node);
    this.show(exchange.id);
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

  /** Selects the branch through an exchange, which then continues as it did when the exchange was last on it. */
  show(id: string): void {
    for (let node = this.nodes.get(id); node; node = node.parent) this.forkBefore(node).selected = node;
  }

  private forkBefore({ parent }: TreeNode): Fork {
    return parent ?? this.start;
  }
}
