import { canSendPrompt } from '../../shared/protocol';
import type { Connections } from '../connection/connections';
import type { ContextDraft } from '../context/contextDraft';
import { contextPrompt } from '../context/contextPrompt';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import { toPromptInput, type PromptInput } from '../conversation/exchange';
import type { PromptHistory } from '../conversation/promptHistoryStore';
import type { DemoMode } from '../demo/demoMode';
import { isPromptInput } from '../journal/journalSchema';
import type { SessionServices } from './panelServices';

/** Services that are needed to send a prompt. */
export interface SendServices extends Pick<SessionServices, 'panels' | 'onError'> {
  readonly conversations: Pick<Conversations, 'ensureCurrent' | 'startNew'>;
  readonly connections: Pick<Connections, 'view'>;
  readonly demo: Pick<DemoMode, 'answers'>;
  readonly promptHistory: Pick<PromptHistory, 'add'>;
}

interface SendOptions {
  /** Conversation that gets the prompt. By default the current conversation. */
  readonly conversation?: Conversation | undefined;
  readonly newConversation?: boolean | undefined;
  /**
   * Adds the panel's context and one-time model to the prompt. It is called when the prompt is sent, because both may
   * change until then.
   */
  readonly addDraft?: ((input: PromptInput) => PromptInput) | undefined;
}

/**
 * Sends a prompt. Without an API key it prefills the composer, where the prompt waits for a key. Resolves when the turn
 * has been started or queued, or when the composer has the prompt.
 */
export async function sendPrompt(
  { conversations, connections, demo, promptHistory, panels, onError }: SendServices,
  input: PromptInput,
  options: SendOptions = {},
): Promise<void> {
  const conversation = options.newConversation
    ? conversations.startNew()
    : (options.conversation ?? (await conversations.ensureCurrent()));
  panels.show(conversation, { preserveFocus: true });
  // A failure to save the prompt history must not prevent the request.
  promptHistory.add(input.prompt, conversation.id).catch(onError);
  const connection = await connections.view(demo.answers(conversation));
  if (canSendPrompt(connection)) {
    conversation.ask({ ...(options.addDraft?.(input) ?? input), demo: connection.demo });
    return;
  }
  // The panel offers to set a key and to open the demo, with the prompt in its composer.
  panels.prefill(conversation, {
    text: input.prompt,
    ...(hasContext(input) && { more: input }),
    awaitsKey: true,
  });
}

/** Shows an empty conversation and focuses its composer. A running turn of the previous conversation continues. */
export function startConversation(
  { conversations, panels }: Pick<SendServices, 'conversations' | 'panels'>,
  prompt = '',
): void {
  const conversation = conversations.startNew();
  panels.show(conversation, { preserveFocus: false });
  panels.prefill(conversation, { text: prompt });
}

/**
 * Returns the prompt that a page sends back with its prefilled text, or undefined if the value is not a valid prompt.
 */
export function parsePrefilledInput(value: unknown): PromptInput | undefined {
  return isPromptInput(value) ? toPromptInput(value) : undefined;
}

function hasContext({ content, attachments = [] }: PromptInput): boolean {
  return content !== undefined || attachments.length > 0;
}

/** The context and the one-time model of the next prompt of a panel. */
export class PromptDraft {
  private nextModel: string | undefined;

  constructor(
    readonly context: Pick<ContextDraft, 'takeAll'>,
    private readonly onDidChangeModel: (model: string | undefined) => void,
  ) {}

  get modelOnce(): string | undefined {
    return this.nextModel;
  }

  /** Sets the model of the next prompt only, or undefined for the selected model. */
  setModelOnce(model: string | undefined): void {
    if (model === this.nextModel) return;
    this.nextModel = model;
    this.onDidChangeModel(model);
  }

  /** Returns the prompt with the context and the one-time model, and clears both for the next prompt. */
  addTo(input: PromptInput): PromptInput {
    const attachments = this.context.takeAll();
    const model = input.model ?? this.nextModel;
    this.setModelOnce(undefined);
    if (attachments.length === 0) return { ...input, model };
    return {
      ...input,
      model,
      content: contextPrompt(input.content ?? input.prompt, attachments),
      attachments: [...(input.attachments ?? []), ...attachments],
    };
  }
}
