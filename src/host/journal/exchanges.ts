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

/** An exchange in the tree, or the root, which has no id and precedes the first prompts. */
interface TreeNode {
  readonly id: string;
  readonly parent: TreeNode | undefined;
  /** The versions of the next exchange, oldest first. */
  readonly children: TreeNode[];
  /** Number that is larger the later the exchange was added or selected. */
  shownAt: number;
  /** The largest `shownAt` of the exchange and the exchanges after it, as of the last call of `chooseChildren`. */
  lastShownAt: number;
  /** The child with the largest `lastShownAt`, as of the last call of `chooseChildren`. */
  chosen: TreeNode | undefined;
}

function createNode(id: string, parent?: TreeNode): TreeNode {
  return { id, parent, children: [], shownAt: 0, lastShownAt: 0, chosen: undefined };
}

/**
 * The order of exchanges as a tree: the parent of an exchange is the exchange that precedes it, and siblings are
 * versions of the same exchange. The selected branch of the conversation contains, of several siblings, the version
 * that was added or selected last. The branch is determined only when it is needed, because a journal may contain
 * thousands of exchanges and selections.
 */
export class ExchangeTree {
  private readonly root = createNode('');
  private readonly nodes = new Map<string, TreeNode>();
  /** All nodes, parents before their children. */
  private readonly order = [this.root];
  private shownCount = 0;
  /** The last exchange of the selected branch, or the root. `undefined` after a selection, until it is needed again. */
  private cachedLast: TreeNode | undefined = this.root;
  /** Cached ids of the exchanges on the selected branch. `undefined` after a change, until they are needed again. */
  private cachedPath: ReadonlySet<string> | undefined;

  has(id: string): boolean {
    return this.nodes.has(id);
  }

  /**
   * Adds an exchange and makes it current.
   * @param after id of the preceding exchange. The default is the last exchange of the selected branch.
   */
  add(id: string, after?: string): void {
    const parent = after === undefined ? this.last() : (this.nodes.get(after) ?? this.root);
    const node = createNode(id, parent);
    parent.children.push(node);
    this.nodes.set(id, node);
    this.order.push(node);
    this.show(id);
    this.cachedLast = node;
  }

  /** Makes an exchange current, together with the exchanges that followed it when it was last current. */
  show(id: string): void {
    const node = this.nodes.get(id);
    if (!node) return;
    node.shownAt = ++this.shownCount;
    this.cachedLast = undefined;
    this.cachedPath = undefined;
  }

  /** Returns the ids of the exchanges on the selected branch, oldest first. */
  path(): readonly string[] {
    return [...this.pathIds()];
  }

  isOnPath(id: string): boolean {
    return this.pathIds().has(id);
  }

  /** Returns the id of the preceding exchange, or an empty string for a first prompt. */
  parent(id: string): string {
    return this.nodes.get(id)?.parent?.id ?? '';
  }

  /**
   * Returns the ids of the exchanges that precede an exchange on its branch of the conversation, oldest first. That
   * branch need not be the selected one.
   */
  ancestors(id: string): readonly string[] {
    const parent = this.nodes.get(id)?.parent;
    return parent ? branchTo(parent) : [];
  }

  /** Returns whether the exchange `id` is the exchange `ancestor` or follows that exchange on a branch. */
  isSameOrDescendant(id: string, ancestor: string): boolean {
    return id === ancestor || this.ancestors(id).includes(ancestor);
  }

  /** Returns the ids of all versions of an exchange, including the exchange itself, oldest first. */
  versions(id: string): readonly string[] {
    return (this.nodes.get(id)?.parent ?? this.root).children.map((child) => child.id);
  }

  private pathIds(): ReadonlySet<string> {
    return (this.cachedPath ??= new Set(branchTo(this.last())));
  }

  private last(): TreeNode {
    if (this.cachedLast) return this.cachedLast;
    this.chooseChildren();
    let last = this.root;
    while (last.chosen) last = last.chosen;
    return (this.cachedLast = last);
  }

  private chooseChildren(): void {
    for (const node of this.order) [node.lastShownAt, node.chosen] = [node.shownAt, undefined];
    for (let index = this.order.length - 1; index > 0; index--) {
      const node = this.order[index];
      const parent = node?.parent;
      if (!parent) continue;
      if (!parent.chosen || parent.chosen.lastShownAt < node.lastShownAt) parent.chosen = node;
      parent.lastShownAt = Math.max(parent.lastShownAt, node.lastShownAt);
    }
  }
}

/** Returns the ids from the first exchange of a branch to a node. */
function branchTo(last: TreeNode): readonly string[] {
  const ids: string[] = [];
  for (let node = last; node.parent; node = node.parent) ids.push(node.id);
  return ids.reverse();
}
