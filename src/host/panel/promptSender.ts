import type { ConnectionView } from '../../protocol';
import type { Conversation } from '../conversation/conversation';
import { inputOf, type PromptInput } from '../conversation/exchange';
import { isPromptInput } from '../conversation/journalSchema';

export interface PromptSenderDeps {
  readonly conversations: { readonly resume: () => Promise<Conversation>; readonly startNew: () => Conversation };
  readonly panels: {
    readonly show: (conversation: Conversation, options: { readonly preserveFocus: boolean }) => void;
    /** @param more the whole prompt where it is more than its words; it comes back with them */
    readonly compose: (conversation: Conversation, text: string, more?: PromptInput) => void;
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

interface Held {
  readonly input: PromptInput;
  readonly complete: (input: PromptInput) => PromptInput;
  /** It still stands in the composer as it is. */
  readonly kept: boolean;
}

/** What the page says of it. */
export interface Composed extends Pick<Held, 'kept' | 'complete'> {
  /** What was put there, from a page that has outlived its host. */
  readonly input?: PromptInput | undefined;
}

/** Brings a prompt to its conversation, or holds it until there is a key to send it with. */
export class PromptSender {
  private readonly held = new Map<Conversation, Held>();

  constructor(private readonly deps: PromptSenderDeps) {}

  /** Resolves when the turn has been started, queued or held. */
  async send(input: PromptInput, options: SendOptions = {}): Promise<void> {
    const { panels } = this.deps;
    const conversation = await this.conversationFor(options);
    panels.show(conversation, { preserveFocus: true });
    this.forget(conversation);
    const { complete = asItIs } = options;
    // A history that can't be kept is no reason not to ask.
    this.deps.remember(input.prompt, conversation.id).catch(this.deps.onError);
    const connection = await this.deps.connection(conversation);
    if (answers(connection)) {
      conversation.ask({ ...complete(input), demo: connection.demo });
      return;
    }
    // The panel offers to set a key and to open the demo, with the prompt in its composer.
    this.held.set(conversation, { input, complete, kept: true });
    panels.compose(conversation, input.prompt, hasMore(input) ? input : undefined);
  }

  /** What was put into the composer still stands there, or again, or not. */
  async composed(conversation: Conversation, { kept, input, complete }: Composed): Promise<void> {
    const held = this.held.get(conversation);
    if (held) this.held.set(conversation, { ...held, kept });
    if (held || !input || !kept) return;
    const connection = await this.deps.connection(conversation);
    // Where there is a key it waits for nothing but the person.
    if (!answers(connection) && !this.held.has(conversation)) this.held.set(conversation, { input, complete, kept });
  }

  /** Sends what was held, if there is a key or the demo now, and if the composer still says the same. */
  async connectionChanged(): Promise<void> {
    for (const conversation of [...this.held.keys()]) {
      const connection = await this.deps.connection(conversation);
      const held = this.held.get(conversation);
      // Another call may have been faster.
      if (!held || !answers(connection)) continue;
      this.held.delete(conversation);
      const { input, complete, kept } = held;
      if (kept && !conversation.readOnly) conversation.ask({ ...complete(input), demo: connection.demo });
    }
  }

  /** The panel with the prompt in its composer is gone: the user went on to something else. */
  forget(conversation: Conversation): void {
    this.held.delete(conversation);
  }

  private async conversationFor({ conversation, newConversation }: SendOptions): Promise<Conversation> {
    const { conversations } = this.deps;
    return newConversation ? conversations.startNew() : (conversation ?? conversations.resume());
  }
}

/** @param more what a page gives back of a prompt. @returns undefined: nothing, or nothing that is one */
export function heldInput(more: unknown): PromptInput | undefined {
  return isPromptInput(more) ? inputOf(more) : undefined;
}

function answers({ hasKey, demo }: ConnectionView): boolean {
  return hasKey !== false || demo;
}

function hasMore({ content, attachments = [] }: PromptInput): boolean {
  return content !== undefined || attachments.length > 0;
}

function asItIs(input: PromptInput): PromptInput {
  return input;
}
