import type { ExchangeView } from '../../shared/protocol';
import type { OtherVersion } from './conversationSummary';
import { viewOf, type Exchange } from './exchange';
import { ExchangeTree } from './exchangeTree';
import type { FoldedJournal } from '../journal/journalFold';

/** All exchanges of a conversation, of which a path is shown. */
export class Exchanges {
  private byId = new Map<string, Exchange>();
  private tree = new ExchangeTree();

  constructor(folded: Pick<FoldedJournal, 'all' | 'tree'>) {
    this.load(folded);
  }

  load({ all, tree }: Pick<FoldedJournal, 'all' | 'tree'>): void {
    this.byId = new Map(all.map((exchange) => [exchange.id, exchange]));
    this.tree = tree;
  }

  get(id: string): Exchange | undefined {
    return this.byId.get(id);
  }

  /** Those that are shown, oldest first. */
  path(): readonly Exchange[] {
    return this.known(this.tree.path());
  }

  /** Those that are not shown, as they were asked. */
  others(): readonly OtherVersion[] {
    const hidden = [...this.byId.values()].filter(({ id }) => !this.tree.isShown(id));
    return hidden.map((exchange) => ({ exchange, after: this.tree.parent(exchange.id) || undefined }));
  }

  /** Those it was asked after, oldest first, whatever is shown. */
  before(id: string): readonly Exchange[] {
    return this.known(this.tree.before(id));
  }

  /** `versions` is there only where there is a choice. */
  view(exchange: Exchange): ExchangeView {
    const versions = this.tree.versions(exchange.id);
    return versions.length > 1 ? { ...viewOf(exchange), versions } : viewOf(exchange);
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

  isShown(id: string): boolean {
    return this.tree.isShown(id);
  }

  /** '': it is a first one. */
  parent(id: string): string {
    return this.tree.parent(id);
  }

  isAtOrBehind(id: string, ancestor: string): boolean {
    return this.tree.isAtOrBehind(id, ancestor);
  }

  private known(ids: readonly string[]): readonly Exchange[] {
    return ids.flatMap((id) => this.byId.get(id) ?? []);
  }
}
