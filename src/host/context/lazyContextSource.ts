import type { ContextSuggestion } from '../../protocol';
import { loadedOnce } from '../loadedOnce';
import type { DraftAttachment } from './contextDraft';
import type { ContextSourceDeps } from './contextSource';

/** `ContextSource`, loaded when context is first looked for. */
export class LazyContextSource {
  private readonly source = loadedOnce(async () => {
    const { ContextSource } = await import('./contextSource');
    return new ContextSource(this.deps);
  });

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
}
