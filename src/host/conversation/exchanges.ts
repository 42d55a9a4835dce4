import type { ExchangeSnapshot } from '../../shared/protocol';
import { toExchangeSnapshot, type Exchange } from './exchange';

/** An exchange that is not on the selected branch of the conversation. */
export interface OtherVersion {
  readonly exchange: Exchange;
  /** Id of the exchange that precedes this exchange. Absent for a first prompt. */
  readonly after?: string | undefined;
}

/** The exchanges that a journal contains. */
export interface StoredExchanges {
  /** The exchanges of all versions, in the order in which the user sent the prompts. */
  readonly allExchanges: readonly Exchange[];
  readonly tree: ExchangeTree;
}

/**
 * The exchanges of a conversation in all versions, and the selected branch, which contains one version of each
 * exchange.
 */
export class Exchanges {
  private byId = new Map<string, Exchange>();
  private tree = new ExchangeTree();

  constructor(stored: StoredExchanges) {
    this.load(stored);
  }

  load({ allExchanges, tree }: StoredExchanges): void {
    this.byId = new Map(allExchanges.map((exchange) => [exchange.id, exchange]));
    this.tree = tree;
  }

  get(id: string): Exchange | undefined {
    return this.byId.get(id);
  }

  /** Returns the exchanges of all versions. */
  all(): readonly Exchange[] {
    return [...this.byId.values()];
  }

  /** Returns the exchanges of the selected branch of the conversation, oldest first. */
  path(): readonly Exchange[] {
    return this.existing(this.tree.path());
  }

  /**
   * Returns the exchanges outside the selected branch of the conversation, in the order in which the user sent the
   * prompts.
   */
  otherVersions(): readonly OtherVersion[] {
    const hidden = [...this.byId.values()].filter(({ id }) => !this.tree.isOnPath(id));
    return hidden.map((exchange) => ({ exchange, after: this.tree.parent(exchange.id) || undefined }));
  }

  /**
   * Returns the exchanges that precede an exchange on its branch of the conversation, oldest first. That branch need
   * not be the selected one.
   */
  ancestors(id: string): readonly Exchange[] {
    return this.existing(this.tree.ancestors(id));
  }

  /** Returns an exchange in the format that the panel draws, with `versions` only if there is more than one version. */
  view(exchange: Exchange): ExchangeSnapshot {
    const versions = this.tree.versions(exchange.id);
    return versions.length > 1 ? { ...toExchangeSnapshot(exchange), versions } : toExchangeSnapshot(exchange);
  }

  /** @param after id of the preceding exchange. The default is the last exchange of the selected branch. */
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

  /** Returns the id of the preceding exchange, or an empty string for a first prompt. */
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

/**
 * Stands for the id of the preceding exchange when there is none, because the prompt is the first of the conversation.
 */
const root = '';

/**
 * The order of exchanges as a tree: the parent of an exchange is the exchange that precedes it, and siblings are
 * versions of the same exchange. The selected branch of the conversation contains, of several siblings, the version
 * that was added or selected last.
 */
export class ExchangeTree {
  private readonly parents = new Map<string, string>();
  /** For each parent, the ids of its children, oldest first. The key is the id of the parent. */
  private readonly children = new Map<string, string[]>();
  /** For each parent, the id of the child that was last added or selected. The key is the id of the parent. */
  private readonly chosenChildren = new Map<string, string>();
  /** Cached ids of the exchanges on the selected branch. `undefined` after a change, until they are needed again. */
  private cachedPath: ReadonlySet<string> | undefined;

  has(id: string): boolean {
    return this.parents.has(id);
  }

  /**
   * Adds an exchange and makes it current.
   * @param after id of the preceding exchange. The default is the last exchange of the selected branch.
   */
  add(id: string, after = this.path().at(-1) ?? root): void {
    this.parents.set(id, after);
    this.children.set(after, [...(this.children.get(after) ?? []), id]);
    this.show(id);
  }

  /** Makes an exchange current, together with the exchanges that followed it when it was last current. */
  show(id: string): void {
    this.cachedPath = undefined;
    for (let child = id; ;) {
      const parent = this.parents.get(child);
      if (parent === undefined) return;
      this.chosenChildren.set(parent, child);
      child = parent;
    }
  }

  /** Returns the ids of the exchanges on the selected branch, oldest first. */
  path(): readonly string[] {
    return [...this.pathIds()];
  }

  isOnPath(id: string): boolean {
    return this.pathIds().has(id);
  }

  parent(id: string): string {
    return this.parents.get(id) ?? root;
  }

  /**
   * Returns the ids of the exchanges that precede an exchange on its branch of the conversation, oldest first. That
   * branch need not be the selected one.
   */
  ancestors(id: string): readonly string[] {
    const ids: string[] = [];
    for (let parent = this.parent(id); parent !== root; parent = this.parent(parent)) ids.push(parent);
    return ids.reverse();
  }

  /** Returns whether the exchange `id` is the exchange `ancestor` or follows that exchange on a branch. */
  isSameOrDescendant(id: string, ancestor: string): boolean {
    return id === ancestor || this.ancestors(id).includes(ancestor);
  }

  /** Returns the ids of all versions of an exchange, including the exchange itself, oldest first. */
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
