import { type Attachment, canSendPrompt } from '../../shared/protocol';
import type { Connections } from '../connection/connections';
import type { ContextDraft } from '../context/contextDraft';
import { isDemoConversation } from '../connection/demoConversation';
import { contextPrompt } from '../context/contextPrompt';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import { toPromptInput, type PromptInput } from '../journal/exchange';
import type { PromptHistory } from '../conversation/promptHistoryStore';
import type { DemoMode } from '../connection/demoMode';
import { isPromptInput } from '../journal/journalSchema';
import type { PanelServices, PrefilledPrompt } from './panelServices';

export interface SendServices extends Pick<PanelServices, 'budget' | 'mayUsePlainHttp' | 'panels' | 'onError'> {
  readonly conversations: Pick<Conversations, 'ensureCurrent' | 'startNew'>;
  readonly connections: Pick<Connections, 'view'>;
  readonly demo: Pick<DemoMode, 'answers'>;
  readonly promptHistory: Pick<PromptHistory, 'add'>;
}

export interface SendOptions {
  readonly conversation?: Conversation | undefined;
  readonly newConversation?: boolean | undefined;
  /** The models that answer at the same time. By default, the selected model answers. */
  readonly models?: readonly string[] | undefined;
  /** The model that the user has set for the next prompt of the panel. By default, the selected model. */
  readonly modelOnce?: string | undefined;
  readonly addDraft?: ((input: PromptInput) => PromptInput) | undefined;
  readonly staysHidden?: boolean | undefined;
  /** Whether the key dialog opens if there is no API key. The default is true. */
  readonly asksForKey?: boolean | undefined;
  /** Called before the prompt is sent in a new conversation instead of `conversation`. */
  readonly onMove?: ((target: Conversation) => void) | undefined;
}

/**
 * Sends a prompt. Without an API key, the prompt waits in the composer until a key is set. A prompt for a conversation of
 * a demo that has ended goes into a new conversation, because it must not go to the user's gateway below demo answers.
 * If the user does not want to exceed the budget of the day or to use a gateway over plain HTTP, the prompt goes back into
 * the composer.
 */
export async function sendPrompt(
  { budget, mayUsePlainHttp, conversations, connections, demo, promptHistory, panels, onError }: SendServices,
  input: PromptInput,
  options: SendOptions = {},
): Promise<void> {
  const chosen = options.newConversation
    ? conversations.startNew()
    : (options.conversation ?? (await conversations.ensureCurrent()));
  const isOfEndedDemo = chosen.exchanges().length > 0 && isDemoConversation(chosen) && !demo.answers(chosen);
  const conversation = isOfEndedDemo ? conversations.startNew() : chosen;
  if (isOfEndedDemo) options.onMove?.(conversation);
  if (!options.staysHidden) panels.show(conversation, { preserveFocus: true });
  // A failure to save the prompt history must not prevent the request.
  promptHistory.add(input.prompt, conversation.id).catch(onError);
  const connection = await connections.view(demo.answers(conversation));
  const isReady = canSendPrompt(connection);
  const models = options.models ?? [input.model ?? options.modelOnce ?? connection.model];
  const mayUseGateway = async (): Promise<boolean> => connection.demo || mayUsePlainHttp(models);
  if (isReady && (await budget.mayStart(connection.demo)) && (await mayUseGateway())) {
    const sent = { ...(options.addDraft?.(input) ?? input), demo: connection.demo };
    if (options.models) conversation.compare(sent, options.models);
    else conversation.ask(sent);
    return;
  }
  if (isReady) {
    returnPrompt(panels, conversation, input);
    return;
  }
  conversation.promptAwaitingKey = { ...input, models: options.models };
  panels.prefill(conversation, {
    ...toPrefilled(input),
    ...{ awaitsKey: true, asksForKey: options.asksForKey ?? true },
  });
}

/** Puts a prompt into the composer that the user did not want to send after all, with its code or attachments. */
export function returnPrompt(panels: SendServices['panels'], conversation: Conversation, input: PromptInput): void {
  // The dialog has taken the focus from the panel.
  panels.show(conversation, { preserveFocus: false });
  panels.prefill(conversation, toPrefilled(input));
}

/** Shows an empty conversation and focuses its composer. A running turn of the previous conversation continues. */
export function startConversation(
  { conversations, panels }: Pick<SendServices, 'conversations' | 'panels'>,
  prompt = '',
): Conversation {
  const conversation = conversations.startNew();
  panels.show(conversation, { preserveFocus: false });
  panels.prefill(conversation, { text: prompt });
  return conversation;
}

export function parsePrefilledInput(value: unknown): PromptInput | undefined {
  return isPromptInput(value) ? toPromptInput(value) : undefined;
}

function toPrefilled(input: PromptInput): PrefilledPrompt {
  const { prompt: text, content, attachments = [] } = input;
  return { text, ...((content !== undefined || attachments.length > 0) && { more: input }) };
}

/** The context items for the next prompt of a panel, and the model if the user chose it for this prompt only. */
export class PromptDraft {
  private nextModel: string | undefined;

  constructor(
    readonly context: Pick<ContextDraft, 'takeAll'>,
    private readonly onDidChangeModel: (model: string | undefined) => void,
  ) {}

  get modelOnce(): string | undefined {
    return this.nextModel;
  }

  /** Sets the model for the next prompt only. `undefined` stands for the selected model. */
  setModelOnce(model: string | undefined): void {
    if (model === this.nextModel) return;
    this.nextModel = model;
    this.onDidChangeModel(model);
  }

  addTo(input: PromptInput): PromptInput {
    return withAttachments(this.addModelTo(input), this.context.takeAll());
  }

  addModelTo(input: PromptInput): PromptInput {
    const model = input.model ?? this.nextModel;
    this.setModelOnce(undefined);
    return { ...input, model };
  }
}

export function withAttachments(input: PromptInput, attachments: readonly Attachment[]): PromptInput {
  if (attachments.length === 0) return input;
  return {
    ...input,
    content: contextPrompt(input.content ?? input.prompt, attachments),
    attachments: [...(input.attachments ?? []), ...attachments],
  };
}
