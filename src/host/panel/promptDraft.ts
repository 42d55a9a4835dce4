import type { ContextDraft } from '../context/contextDraft';
import { contextPrompt } from '../context/contextPrompt';
import type { PromptInput } from '../conversation/exchange';

/** What lies ready for the next prompt of a panel: its context, and a model that it alone goes to. */
export class PromptDraft {
  private once: string | undefined;

  constructor(
    readonly context: Pick<ContextDraft, 'take'>,
    private readonly onDidChangeModel: (model: string | undefined) => void,
  ) {}

  get modelOnce(): string | undefined {
    return this.once;
  }

  /** @param model undefined: the one that is set */
  useOnce(model: string | undefined): void {
    if (model === this.once) return;
    this.once = model;
    this.onDidChangeModel(model);
  }

  /** The prompt takes everything with it; the next one starts without. */
  complete(input: PromptInput): PromptInput {
    const taken = this.context.take();
    const model = input.model ?? this.once;
    this.useOnce(undefined);
    if (taken.length === 0) return { ...input, model };
    return {
      ...input,
      model,
      content: contextPrompt(input.content ?? input.prompt, taken),
      attachments: [...(input.attachments ?? []), ...taken],
    };
  }
}
