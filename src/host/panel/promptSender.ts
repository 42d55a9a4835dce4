import type { ConnectionView } from '../../protocol';
import type { Conversation } from '../conversation/conversation';
import type { PromptInput } from '../conversation/exchange';
import type { HeldPrompts } from './heldPrompts';

export interface PromptSenderDeps {
  readonly conversations: { readonly resume: () => Promise<Conversation>; readonly startNew: () => Conversation };
  readonly panels: {
    readonly show: (conversation: Conversation, options: { readonly preserveFocus: boolean }) => void;
    /** @param more there is more to it than its words: without what is held they are not to be sent */
    readonly compose: (conversation: Conversation, text: string, more: boolean) => void;
  };
  readonly connection: () => Promise<ConnectionView>;
  /** What the window before this one held. */
  readonly kept: Pick<HeldPrompts, 'of' | 'keep' | 'forget'>;
  readonly remember: (prompt: string) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

export interface SendOptions {
  /** Absent: the current one. */
  readonly conversation?: Conversation | undefined;
  readonly newConversation?: boolean | undefined;
  /** Adds what lies ready in the panel, at the moment the prompt is really sent: until then it can be changed. */
  readonly complete?: ((input: PromptInput) => PromptInput) | undefined;
}

interface Held {
  readonly input: PromptInput;
  readonly complete: (input: PromptInput) => PromptInput;
  /** It still stands in the composer as it is. */
  readonly kept: boolean;
}

/** Brings a prompt to its conversation, or holds it until there is a key to send it with. */
export class PromptSender {
  private readonly held = new Map<Conversation, Held>();

  constructor(private readonly deps: PromptSenderDeps) {}

  /** Resolves when the turn has been started, queued or held. */
  async send(input: PromptInput, options: SendOptions = {}): Promise<void> {
    const { panels, kept } = this.deps;
    const conversation = await this.conversationFor(options);
    panels.show(conversation, { preserveFocus: true });
    const before = this.held.get(conversation)?.input ?? kept.of(conversation.id);
    this.forget(conversation);
    // What is held is in the composer under its short name; sent from there it still has its code with it.
    const whole = before?.prompt === input.prompt ? before : input;
    const { complete = asItIs } = options;
    // A history that can't be kept is no reason not to ask.
    this.deps.remember(input.prompt).catch(this.deps.onError);
    const connection = await this.deps.connection();
    if (connection.hasKey || connection.demo) {
      conversation.ask({ ...complete(whole), demo: connection.demo });
      return;
    }
    // The panel offers to set a key and to open the demo, with the prompt in its composer.
    this.held.set(conversation, { input: whole, complete, kept: true });
    if (hasMore(whole)) kept.keep(conversation.id, whole);
    panels.compose(conversation, input.prompt, hasMore(whole));
  }

  /** @param kept what was put into the composer still stands there, or again */
  composed(conversation: Conversation, kept: boolean): void {
    const input = this.deps.kept.of(conversation.id);
    const held = this.held.get(conversation) ?? (input && { input, complete: asItIs });
    if (held) this.held.set(conversation, { ...held, kept });
  }

  /** Sends what was held, if there is a key or the demo now, and if the composer still says the same. */
  async connectionChanged(): Promise<void> {
    if (this.held.size === 0) return;
    const { hasKey, demo } = await this.deps.connection();
    if (!hasKey && !demo) return;
    // Harmless when another call was faster.
    const released = [...this.held];
    for (const [conversation] of released) this.forget(conversation);
    for (const [conversation, { input, complete, kept }] of released) {
      if (kept) conversation.ask({ ...complete(input), demo });
    }
  }

  /** The panel with the prompt in its composer is gone: the user went on to something else. */
  forget(conversation: Conversation): void {
    this.held.delete(conversation);
    this.deps.kept.forget(conversation.id);
  }

  private async conversationFor({ conversation, newConversation }: SendOptions): Promise<Conversation> {
    const { conversations } = this.deps;
    return newConversation ? conversations.startNew() : (conversation ?? conversations.resume());
  }
}

function hasMore({ content, attachments = [] }: PromptInput): boolean {
  return content !== undefined || attachments.length > 0;
}

function asItIs(input: PromptInput): PromptInput {
  return input;
}
