import type { Words } from '../../../shared/describe';
import * as vscode from 'vscode';
import type { TurnHandle } from '../../../engine/engine';
import type { FaultAction } from '../../../engine/events/kinds';
import type { TurnState } from '../../../engine/state/turnState';
import { commonFaultActions, enterApiKey, enterGateway, openPage, searchSettings } from '../../ui/notifications';
import { billingPage } from '../../settings/knownGateways';
import { UserError } from '../../util/userError';
import type { ChatServices } from '../chatServices';
import { askAgainPrompt, continuePrompt } from './chatIntent';
import { participantName } from './chatMetadata';

interface RunningTurn {
  readonly handle: TurnHandle;
  readonly answer: { readonly turn: TurnState };
}

/**
 * The turns in the chat. The buttons and links of an answer refer to the answer's turn by an ID. They can still be
 * visible after the turn has ended.
 */
export class ChatTurns {
  readonly runningTurns = new Map<string, RunningTurn>();
  /**
   * The turn that was started last. `pickedInChat` is true if the user chose the model in the chat. The turn then
   * ignores the model in the settings.
   */
  last: { readonly id: string; readonly pickedInChat: boolean } | undefined;
  /**
   * The last pressed button that changes how the next turn starts: *Try anyway* or *Retry with more room*. Cleared when
   * the next prompt is sent.
   */
  nextStart: 'tryAnyway' | 'moreRoom' | undefined;

  isSuperseded(id: string): boolean {
    return this.last !== undefined && this.last.id !== id;
  }
}

interface ActionContext extends ChatServices {
  readonly turns: ChatTurns;
  readonly turnId: string;
}

/** The actions of the buttons in the chat. An action throws a UserError if the action is no longer possible. */
const chatActions = {
  retryNow: ({ turns, turnId }) => {
    const runningTurn = turns.runningTurns.get(turnId);
    const wait = runningTurn?.answer.turn.wait;
    if (!wait) throw new UserError(vscode.l10n.t('This request is no longer waiting to be sent.'));
    if (wait.actions.includes('tryAnyway')) runningTurn.handle.tryAnyway();
    else runningTurn.handle.retryNow();
  },
  askAgain: (context) => submitPrompt(context, askAgainPrompt()),
  continue: (context) => submitPrompt(context, continuePrompt()),
  tryAnyway: (context) => askAgainWith(context, 'tryAnyway'),
  moreRoom: (context) => askAgainWith(context, 'moreRoom'),
  switchModel: async (context) => {
    if (context.turns.last?.pickedInChat) {
      await vscode.commands.executeCommand('workbench.action.chat.openModelPicker');
      return;
    }
    const { catalog, gatewaySets } = context;
    const model = await catalog.pickOther([], gatewaySets.own, false);
    if (model === undefined) return;
    await gatewaySets.own.selectModel(model);
    await askAgainIfLatest(context);
  },
  setApiKey: async (context) => {
    if (await enterApiKey()) await askAgainIfLatest(context);
  },
  addGateway: async (context) => {
    if (await enterGateway()) await askAgainIfLatest(context);
  },
  openBilling: async ({ userGateways, settings }) => {
    const { origin } = await userGateways.gatewayFor(settings.model());
    await openPage(billingPage(origin));
  },
  checkUrl: () => searchSettings('holysheep.baseUrl'),
  newConversation: () => vscode.commands.executeCommand('workbench.action.chat.newChat'),
  ...commonFaultActions,
} as const satisfies Partial<Record<FaultAction | 'askAgain', (context: ActionContext) => unknown>>;

export type ChatAction = keyof typeof chatActions;

function isChatAction(value: unknown): value is ChatAction {
  return typeof value === 'string' && Object.hasOwn(chatActions, value);
}

export async function runChatAction(context: ActionContext, action: unknown): Promise<void> {
  if (isChatAction(action)) await chatActions[action](context);
}

export function actionTitle(action: ChatAction, words: Words): string {
  return action === 'askAgain' ? askAgainPrompt() : words.strings[action];
}

/**
 * Returns the buttons below a failed answer: the actions that the panel would offer, except those that are impossible
 * in the chat. A failed turn can't be retried in the chat, so a retry button sends the prompt again.
 */
export function failureButtons(actions: readonly FaultAction[]): readonly ChatAction[] {
  const buttons = actions.map((action): string =>
    action === 'retryNow' || action === 'restart' ? 'askAgain' : action,
  );
  return [...new Set(buttons.filter(isChatAction))];
}

/**
 * Sends the prompt again and sets `ChatTurns.nextStart`, which determines how the new turn starts. If the user sends a
 * different prompt first, that prompt clears `nextStart`.
 */
async function askAgainWith(context: ActionContext, start: 'tryAnyway' | 'moreRoom'): Promise<void> {
  refuseSuperseded(context);
  context.turns.nextStart = start;
  await submitPrompt(context, askAgainPrompt());
}

async function askAgainIfLatest(context: ActionContext): Promise<void> {
  if (!context.turns.isSuperseded(context.turnId)) await submitPrompt(context, askAgainPrompt());
}

/** Sends a prompt as if the user had typed the prompt. Text that the user is typing in the input box is preserved. */
async function submitPrompt(context: ActionContext, prompt: string): Promise<void> {
  refuseSuperseded(context);
  const query = `@${participantName} ${prompt}`;
  await vscode.commands.executeCommand('workbench.action.chat.open', { query, preserveInput: true });
}

/**
 * @throws UserError if the button belongs to an earlier answer. A button such as *Continue* sends a prompt, and that
 * prompt always refers to the last answer.
 */
function refuseSuperseded({ turns, turnId }: ActionContext): void {
  if (!turns.isSuperseded(turnId)) return;
  throw new UserError(vscode.l10n.t('You have asked another question since then. Ask again in the chat.'));
}
