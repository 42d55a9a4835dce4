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

/** What is needed to send a prompt. */
export interface SendServices extends Pick<SessionServices, 'panels' | 'onError'> {
  readonly conversations: Pick<Conversations, 'ensureCurrent' | 'startNew'>;
  readonly connections: Pick<Connections, 'view'>;
  readonly demo: Pick<DemoMode, 'answers'>;
  readonly promptHistory: Pick<PromptHistory, 'add'>;
}

interface SendOptions {
  /** Absent: the current one. */
  readonly conversation?: Conversation | undefined;
  readonly newConversation?: boolean | undefined;
  /** Adds what lies ready in the panel, at the moment the prompt is really sent: until then it can be changed. */
  readonly complete?: ((input: PromptInput) => PromptInput) | undefined;
}

/**
 * Brings a prompt to its conversation, or into the composer of its panel, where it waits for a key. Resolves when the turn
 * has been started or queued, or when the panel has the prompt.
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
  // A history that can't be kept is no reason not to ask.
  promptHistory.add(input.prompt, conversation.id).catch(onError);
  const connection = await connections.view(demo.answers(conversation));
  if (canSendPrompt(connection)) {
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

/** Shows an empty conversation, with the composer focused; the one before goes on if it runs. */
export function startConversation(
  { conversations, panels }: Pick<SendServices, 'conversations' | 'panels'>,
  prompt = '',
): void {
  const conversation = conversations.startNew();
  panels.show(conversation, { preserveFocus: false });
  panels.compose(conversation, { text: prompt });
}

/** @param more what a page gives back of a prompt. @returns undefined: nothing, or nothing that is one */
export function prefilledInput(more: unknown): PromptInput | undefined {
  return isPromptInput(more) ? toPromptInput(more) : undefined;
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
