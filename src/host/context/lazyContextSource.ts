import type { ContextSuggestion } from '../../protocol';
import type { DraftAttachment } from './contextDraft';
import type { ContextSource, ContextSourceDeps } from './contextSource';

/** `ContextSource`, loaded when context is first looked for. */
export class LazyContextSource {
  private loading: Promise<ContextSource> | undefined;

  constructor(private readonly deps: ContextSourceDeps) {}

  async suggest(query: string): Promise<readonly ContextSuggestion[]> {
    return (await this.source()).suggest(query);
  }

  async resolve(id: string): Promise<readonly DraftAttachment[]> {
    return (await this.source()).resolve(id);
  }

  async pick(): Promise<readonly DraftAttachment[]> {
    return (await this.source()).pick();
  }

  private source(): Promise<ContextSource> {
    this.loading ??= import('./contextSource').then((chunk) => new chunk.ContextSource(this.deps));
    return this.loading;
  }
}
