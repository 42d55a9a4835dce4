import type { ExchangeView } from '../../shared/protocol';
import { toExchangeView, type Exchange } from './exchange';

/** An exchange that is not shown. */
export interface OtherVersion {
  readonly exchange: Exchange;
  /** Id of the exchange after which it was asked. Absent if it was a first prompt. */
  readonly after?: string | undefined;
}

/** The exchanges that a journal contains. */
export interface StoredExchanges {
  /** Also those of other versions, in the order in which they were asked. */
  readonly allExchanges: readonly Exchange[];
  readonly tree: ExchangeTree;
}

/** All exchanges of a conversation, of which a path is shown. */
export class Exchanges {
  private byId = new Map<string, Exchange>();
  private tree = new ExchangeTree();

  constructor(stored: StoredExchanges) {
    this.load(stored);
  }

  load({ allExchanges: all, tree }: StoredExchanges): void {
    this.byId = new Map(all.map((exchange) => [exchange.id, exchange]));
    this.tree = tree;
  }

  get(id: string): Exchange | undefined {
    return this.byId.get(id);
  }

  /** Those that are shown, oldest first. */
  path(): readonly Exchange[] {
    return this.existing(this.tree.path());
  }

  /** Those that are not shown, as they were asked. */
  otherVersions(): readonly OtherVersion[] {
    const hidden = [...this.byId.values()].filter(({ id }) => !this.tree.isOnPath(id));
    return hidden.map((exchange) => ({ exchange, after: this.tree.parent(exchange.id) || undefined }));
  }

  /** Those it was asked after, oldest first, whatever is shown. */
  ancestors(id: string): readonly Exchange[] {
    return this.existing(this.tree.ancestors(id));
  }

  /** `versions` is there only where there is a choice. */
  view(exchange: Exchange): ExchangeView {
    const versions = this.tree.versions(exchange.id);
    return versions.length > 1 ? { ...toExchangeView(exchange), versions } : toExchangeView(exchange);
  }

  /** @param after its parent; absent: the last one of the path */
  add(exchange: Exchange, after?: string): void {
    this.tree.add(exchange.id, after);
    this.byId.set(exchange.id, exchange);
  }

  update(exchange: Exchange): void {
    this.byId.set(exchange.id, exchange);
  }

  show(id: string): void {
    this.tree.show(id);
  }

  isOnPath(id: string): boolean {
    return this.tree.isOnPath(id);
  }

  /** '': it is a first one. */
  parent(id: string): string {
    return this.tree.parent(id);
  }

  isSameOrDescendant(id: string, ancestor: string): boolean {
    return this.tree.isSameOrDescendant(id, ancestor);
  }

  private existing(ids: readonly string[]): readonly Exchange[] {
    return ids.flatMap((id) => this.byId.get(id) ?? []);
  }
}

/** The parent of a first prompt. */
const root = '';

/**
 * Which exchange was asked after which. A prompt that is edited gets a sibling; what is shown is a path, at each fork the
 * one that was asked last or chosen.
 */
export class ExchangeTree {
  private readonly parents = new Map<string, string>();
  /** Oldest first. */
  private readonly children = new Map<string, string[]>();
  /** By parent: the child the path goes on with. */
  private readonly chosenChildren = new Map<string, string>();
  /** The path, until another one is shown. */
  private cachedPath: ReadonlySet<string> | undefined;

  has(id: string): boolean {
    return this.parents.has(id);
  }

  /** The path goes through it. @param after its parent; absent: the last one of the path */
  add(id: string, after = this.path().at(-1) ?? root): void {
    this.parents.set(id, after);
    this.children.set(after, [...(this.children.get(after) ?? []), id]);
    this.show(id);
  }

  /** The path goes through it, and on from there as it was last shown. */
  show(id: string): void {
    this.cachedPath = undefined;
    for (let child = id; ;) {
      const parent = this.parents.get(child);
      if (parent === undefined) return;
      this.chosenChildren.set(parent, child);
      child = parent;
    }
  }

  /** What is shown, oldest first. */
  path(): readonly string[] {
    return [...this.pathIds()];
  }

  isOnPath(id: string): boolean {
    return this.pathIds().has(id);
  }

  parent(id: string): string {
    return this.parents.get(id) ?? root;
  }

  /** Those it was asked after, oldest first, also while another path is shown. */
  ancestors(id: string): readonly string[] {
    const ids: string[] = [];
    for (let parent = this.parent(id); parent !== root; parent = this.parent(parent)) ids.push(parent);
    return ids.reverse();
  }

  /** It is `ancestor`, or was asked somewhere behind it. */
  isSameOrDescendant(id: string, ancestor: string): boolean {
    return id === ancestor || this.ancestors(id).includes(ancestor);
  }

  /** All that were asked in its place, itself included, oldest first. */
  versions(id: string): readonly string[] {
    return this.children.get(this.parent(id)) ?? [];
  }

  private pathIds(): ReadonlySet<string> {
    if (this.cachedPath) return this.cachedPath;
    const ids = new Set<string>();
    for (let id = this.chosenChildren.get(root); id !== undefined; id = this.chosenChildren.get(id)) ids.add(id);
    return (this.cachedPath = ids);
  }
}
