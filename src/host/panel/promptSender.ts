import type { ConnectionView } from '../../protocol';
import type { Conversation } from '../conversation/conversation';
import type { PromptInput } from '../conversation/exchange';

export interface PromptSenderDeps {
  readonly conversations: { readonly resume: () => Promise<Conversation>; readonly startNew: () => Conversation };
  readonly panels: {
    readonly show: (conversation: Conversation, options: { readonly preserveFocus: boolean }) => void;
    readonly compose: (text: string) => void;
  };
  readonly connection: () => Promise<ConnectionView>;
  readonly remember: (prompt: string) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Brings a prompt to its conversation, or holds it until there is a key to send it with. */
export class PromptSender {
  private held: { readonly input: PromptInput; readonly conversation: Conversation } | undefined;

  constructor(private readonly deps: PromptSenderDeps) {}

  /** Resolves when the turn has been started, queued or held. */
  async send(input: PromptInput, options: { readonly newConversation?: boolean | undefined } = {}): Promise<void> {
    const { conversations, panels } = this.deps;
    const conversation = options.newConversation ? conversations.startNew() : await conversations.resume();
    panels.show(conversation, { preserveFocus: true });
    // What is held is in the composer under its short name; sent from there it still has its code with it.
    const whole = this.held?.input.prompt === input.prompt ? this.held.input : input;
    this.held = undefined;
    // A history that can't be kept is no reason not to ask.
    this.deps.remember(input.prompt).catch(this.deps.onError);
    const connection = await this.deps.connection();
    if (connection.hasKey || connection.demo) {
      conversation.ask({ ...whole, demo: connection.demo });
      return;
    }
    // The panel offers to set a key and to open the demo, with the prompt in its composer.
    this.held = { input: whole, conversation };
    panels.compose(input.prompt);
  }

  /** Sends what was held, if there is a key or the demo now. */
  async connectionChanged(): Promise<void> {
    if (!this.held) return;
    const connection = await this.deps.connection();
    if (connection.hasKey || connection.demo) this.release(connection.demo);
  }

  /** The user went on to something else. */
  forget(): void {
    this.held = undefined;
  }

  /** Harmless when another call was faster. */
  private release(demo: boolean): void {
    const { held } = this;
    this.held = undefined;
    held?.conversation.ask({ ...held.input, demo });
  }
}
