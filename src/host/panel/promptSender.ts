import { canAnswer, type ConnectionView } from '../../shared/protocol';
import type { ContextDraft } from '../context/contextDraft';
import { contextPrompt } from '../context/contextPrompt';
import type { Conversation } from '../conversation/conversation';
import { inputOf, type PromptInput } from '../conversation/exchange';
import { isPromptInput } from '../conversation/journalSchema';

/** Text that a command puts into a composer. */
export interface PrefilledPrompt {
  readonly text: string;
  /** The whole prompt where it is more than its words; it comes back with them. */
  readonly more?: PromptInput | undefined;
  /** The page sends it when there is a key, if it still stands there. */
  readonly awaitsKey?: boolean | undefined;
}

export interface PromptSenderDeps {
  readonly conversations: { readonly resume: () => Promise<Conversation>; readonly startNew: () => Conversation };
  readonly panels: {
    readonly show: (conversation: Conversation, options: { readonly preserveFocus: boolean }) => void;
    readonly compose: (conversation: Conversation, prefilled: PrefilledPrompt) => void;
  };
  /** Where the next prompt of a conversation goes. */
  readonly connection: (conversation: Conversation) => Promise<ConnectionView>;
  readonly remember: (prompt: string, conversationId: string) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export interface SendOptions {
  /** Absent: the current one. */
  readonly conversation?: Conversation | undefined;
  readonly newConversation?: boolean | undefined;
  /** Adds what lies ready in the panel, at the moment the prompt is really sent: until then it can be changed. */
  readonly complete?: ((input: PromptInput) => PromptInput) | undefined;
}

/** Brings a prompt to its conversation, or into the composer of its panel, where it waits for a key. */
export class PromptSender {
  constructor(private readonly deps: PromptSenderDeps) {}

  /** Resolves when the turn has been started or queued, or when the panel has the prompt. */
  async send(input: PromptInput, options: SendOptions = {}): Promise<void> {
    const { conversations, panels } = this.deps;
    const conversation = options.newConversation
      ? conversations.startNew()
      : (options.conversation ?? (await conversations.resume()));
    panels.show(conversation, { preserveFocus: true });
    // A history that can't be kept is no reason not to ask.
    this.deps.remember(input.prompt, conversation.id).catch(this.deps.onError);
    const connection = await this.deps.connection(conversation);
    if (canAnswer(connection)) {
      conversation.ask({ ...(options.complete?.(input) ?? input), demo: connection.demo });
      return;
    }
    // The panel offers to set a key and to open the demo, with the prompt in its composer.
    panels.compose(conversation, {
      text: input.prompt,
      ...(hasMore(input) && { more: input }),
      awaitsKey: true,
    });
  }
}

/** @param more what a page gives back of a prompt. @returns undefined: nothing, or nothing that is one */
export function prefilledInput(more: unknown): PromptInput | undefined {
  return isPromptInput(more) ? inputOf(more) : undefined;
}

function hasMore({ content, attachments = [] }: PromptInput): boolean {
  return content !== undefined || attachments.length > 0;
}

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
