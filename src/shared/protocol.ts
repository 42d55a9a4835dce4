/**
 * The messages from the host to the page. The host and the page both import this file, so it uses neither `vscode` nor
 * the DOM. The host owns the state: the user can close the page at any moment, and a new page receives a `snapshot` in
 * reply to `ready`.
 */
import type { AttemptCooldown } from '../engine/engine';
import type { RecordedEvent, WaitingEvent } from '../engine/events/events';
import type { EffortChoice } from '../engine/request';
import type { TotalCost } from '../engine/state/turnCost';
import type { Answer, ContextKind, GatewaySetId, ShownExchange, ShownItem } from './exchanges';
import type { PromptImage } from './images';
import type { AnswerAction, SuggestionKind, TourAction } from './pageMessages';
import type { StoredUnsent } from './unsent';

export { isDelta } from '../engine/events/events';
export type { RecordedEvent, WaitingEvent } from '../engine/events/events';
export type { FaultAction, FaultKind } from '../engine/events/kinds';
export { timeOfDayOptions, toSupportedLocale, visibleText } from '../engine/gateway/visibleText';
export { toEpoch, toMonotonic } from '../engine/state/ledger';
export type { LedgerEntry, LedgerWait } from '../engine/state/ledger';
export { minSilenceMs, silencesUntil, throughputSeconds } from '../engine/state/throughput';
export { addCosts, cacheSavingOf, costOfAttempt, costsOf, shownCosts } from '../engine/state/turnCost';
export type { Cost, TotalCost } from '../engine/state/turnCost';
export { scheduleLifetimeMs } from '../engine/state/schedule';
export {
  hasPartialAnswer,
  initialTurn,
  isRunning,
  isWaiting,
  reduceTurn,
  isRestarting,
} from '../engine/state/turnState';
export { firstChars } from '../engine/text/surrogates';
export { estimateTokens } from '../engine/text/tokenEstimate';
export { lastActivityAt, segmentsOf, totalsOf } from '../engine/state/turnTotals';
export type { Attachment, ContextKind } from './exchanges';
export type { Failure, Schedule, ResumePoint, TurnSegment, TurnState } from '../engine/state/turnState';

/** Returns the number of lines in a text. A line break at the end does not begin another line. */
export function countLines(code: string): number {
  return code.replace(/\n$/, '').split('\n').length;
}

/** A context item of the next prompt. */
export type DraftContext = DraftText | DraftImage;

/** Describes an attached text to the page, which does not receive the text itself. */
export interface DraftText {
  readonly id: string;
  readonly kind: ContextKind;
  readonly label: string;
  /** Length of the item's text as it is sent with the prompt, in characters. */
  readonly characters: number;
  readonly lines: number;
  readonly truncated: boolean;
  /** Real path of the file. Set only if a symbolic link leads out of the workspace. */
  readonly realPath?: string | undefined;
}

/** An attached image. The page loads its content from the image file. */
export interface DraftImage extends PromptImage {
  readonly id: string;
  readonly kind: 'image';
}

/** What the composer suggests: a context item after `#`, or a command or custom prompt after `/`. */
export interface ComposerSuggestion {
  readonly id: string;
  /** `editors` attaches all open editors. `browse` opens a dialog for any file. */
  readonly kind: ContextKind | 'editors' | 'browse' | 'command' | 'prompt';
  readonly label: string;
  /**
   * Secondary text of the suggestion, such as the folder of a file. It can be empty. For an unavailable item, the text
   * is the reason.
   */
  readonly detail: string;
  /** Whether the item can't be attached now, for example because nothing is selected. */
  readonly unavailable?: true | undefined;
}

/** The reasoning effort that is chosen for a model, and the levels to choose from. */
export interface EffortView {
  readonly level: EffortChoice;
  /** Levels that the user can choose: first `default`, then the other levels in ascending order. */
  readonly levels: readonly EffortChoice[];
  /** The level that is sent because the gateway refused `level`; `default` if none is sent. */
  readonly sent?: EffortChoice | undefined;
  /** Whether the reasoning can only be switched off (`none`) and on (`high`). */
  readonly isToggle?: true | undefined;
}

/** The model and the gateway to which the next prompt is sent. */
export interface ConnectionView {
  readonly model: string;
  /** Name of the gateway, or the host of its base URL, for example `api.holysheep.ai`. */
  readonly host: string;
  /** Name of the backup gateway, if prompts go there because the gateways before it lack the model. */
  readonly gateway?: string | undefined;
  /**
   * Whether the user's gateway has an API key, even while prompts go to other gateways. `unreadable` means that the
   * keyring can't be read. A turn then fails with a message about the keyring.
   */
  readonly hasKey: boolean | 'unreadable';
  readonly set: GatewaySetId;
  /**
   * Set if the next prompt goes to a backup gateway: `switched` because the user has switched to this gateway,
   * `automatic` for another reason.
   */
  readonly backup?: 'switched' | 'automatic' | undefined;
  /** The cooldown that would delay the next prompt. */
  readonly cooldown?: AttemptCooldown | undefined;
  /** Names of the backup gateways that have an API key. */
  readonly backups?: readonly string[] | undefined;
  /** Reasoning effort of the model. Every message to the page contains it, unless the model is known not to reason. */
  readonly effort?: EffortView | undefined;
  /** Whether the model can see images. Every message to the page contains this field, unless it is unknown. */
  readonly images?: boolean | undefined;
}

export function canSendPrompt({ hasKey, set }: ConnectionView): boolean {
  return hasKey !== false || set !== 'own';
}

/**
 * A suggestion in an empty conversation: a prompt about code, a scenario of the tour, the tour itself, or a recent
 * conversation.
 */
export interface Suggestion {
  readonly kind: SuggestionKind;
  /**
   * Identifies what is suggested: the kind of the code, the model of the scenario, or the id of the conversation. Empty
   * for the tour.
   */
  readonly id: string;
  readonly label: string;
  /** Time of the last activity in a recent conversation. Other suggestions have no time. */
  readonly time?: string | undefined;
}

export interface TourStep {
  /** Title and number of the tour step, for example `Next: Overloaded (2 of 5)`. */
  readonly heading: string;
  /** Text that explains what will happen in the tour step. Absent while the step is running. */
  readonly text?: string | undefined;
  /** Buttons of the tour step. The first button leads to the next step. After the last step, the list is empty. */
  readonly offers: readonly { readonly act: TourAction; readonly label: string }[];
}

/** A part of the next request whose size the host estimates. The page itself estimates the size of the draft. */
export interface ContextPart {
  readonly kind: 'system' | 'summary' | 'turns' | 'attachments';
  readonly tokens: number;
}

/** How much of the context window the next request fills. All numbers of tokens are estimates. */
export interface ContextUse {
  readonly windowTokens: number;
  /** Parts of the next request. Parts without tokens are left out. */
  readonly parts: readonly ContextPart[];
}

/** Models listed directly in menus, so that the user rarely opens the full list. */
export interface RecentModels {
  /** Models that were used recently, the latest first. */
  readonly used: readonly string[];
  /** Models of the user's last comparison. Empty if there is none. */
  readonly compared: readonly string[];
}

/** A message of the host above the composer. */
export interface HostNotice {
  readonly id: string;
  /**
   * `message`: the result of an action. It also ends when the next message is shown or the user sends a prompt.
   * `question`: stays until the user answers or closes it. `progress`: slow work. `spending`: a budget warning.
   */
  readonly kind: 'message' | 'question' | 'progress' | 'spending';
  readonly severity: 'information' | 'warning' | 'error';
  readonly text: string;
  /** Captions of the buttons. */
  readonly actions: readonly string[];
}

/** The host's replies to requests of the page, by the type of the request. */
export interface Replies {
  /** Models that are similar to a missing model, nearest first. */
  readonly findModels: readonly string[];
  readonly suggestContext: readonly ComposerSuggestion[];
  readonly suggestCommands: readonly ComposerSuggestion[];
}

export type ToWebview =
  | {
      readonly type: 'snapshot';
      readonly conversationId: string;
      readonly items: readonly ShownItem[];
      readonly connection: ConnectionView;
      readonly suggestions: readonly Suggestion[];
      /** Whether the conversation is read-only, because it is open in another window. */
      readonly readOnly?: boolean | undefined;
      /** Whether the focus stays where it is. Set if this conversation replaces a moved conversation in the side bar. */
      readonly preserveFocus?: boolean | undefined;
      /** Earlier prompts that the up arrow brings back, oldest first. */
      readonly promptHistory: readonly string[];
      /** Ids of deleted conversations. The page removes their drafts. */
      readonly deleted?: readonly string[] | undefined;
      /** The last `copyUnsent` of the conversation, sent by this page or by an earlier page in another location. */
      readonly unsent?: StoredUnsent | undefined;
      readonly context: readonly DraftContext[];
      /** Ids of the draft's context items whose content the host still has to read again after a reload. */
      readonly unread?: readonly string[] | undefined;
    }
  /** Adds a new exchange at the end. */
  | { readonly type: 'exchange'; readonly exchange: ShownExchange }
  /** Replaces an answer, for example because its turn has started. The page ignores an answer that it does not show. */
  | { readonly type: 'answer'; readonly answer: Answer }
  /** Replaces all items after any other change, for example because the user has chosen another version. */
  | { readonly type: 'path'; readonly items: readonly ShownItem[] }
  /** Events of a turn. The host sends them at most every 16 ms, but the first token immediately. */
  | { readonly type: 'events'; readonly answerId: string; readonly events: readonly RecordedEvent[] }
  /** Replaces the prompt history after prompts were removed. `deleted` means the same as in `snapshot`. */
  | {
      readonly type: 'promptHistory';
      readonly promptHistory: readonly string[];
      readonly deleted: readonly string[];
    }
  /** The current step of the tour, sent after a snapshot and when it changes. Outside the tour, `tourStep` is absent. */
  | { readonly type: 'tourStep'; readonly tourStep?: TourStep | undefined }
  /** Title of the conversation, or an empty text without a prompt. Sent only to the page in the side bar. */
  | { readonly type: 'title'; readonly title: string }
  /** Cost of all answers, including hidden answers. Sent after a snapshot and each change, as soon as a cost is known. */
  | ({ readonly type: 'conversationCost' } & TotalCost)
  /** Sent after a snapshot and each change. */
  | ({ readonly type: 'recentModels' } & RecentModels)
  | { readonly type: 'connection'; readonly connection: ConnectionView; readonly suggestions: readonly Suggestion[] }
  /**
   * Prefills an empty composer with `text` and focuses it. `more` is data of the host, such as code, which the page
   * sends back unchanged together with the prompt.
   */
  | { readonly type: 'prefill'; readonly text: string; readonly more?: object | undefined }
  | {
      readonly type: 'context';
      readonly items: readonly DraftContext[];
      readonly unread?: readonly string[] | undefined;
    }
  /**
   * An image file that the user has chosen as a context item. The page scales the image and sends it back as
   * `attachImage`.
   */
  | { readonly type: 'scaleImage'; readonly name: string; readonly data: Uint8Array }
  /** The reply to the request with this number. */
  | { readonly type: 'reply'; readonly request: number; readonly value: Replies[keyof Replies] }
  /** Makes the page send `comparePrompt` with its draft and these models. */
  | { readonly type: 'compareDraft'; readonly models?: readonly string[] | undefined }
  /** The page's prompt was sent in a new conversation, or to several models. */
  | { readonly type: 'promptMoved'; readonly prompt: string }
  /** Performs an action that the user has chosen in VS Code's context menu. */
  | { readonly type: 'answerAction'; readonly answerId: string; readonly action: AnswerAction }
  /** Replaces the host's notices. Sent when they change, and after a snapshot if there are any. */
  | { readonly type: 'notices'; readonly notices: readonly HostNotice[] }
  /** The result of a click, for screen readers, which don't read the status bar where the host shows the result. */
  | { readonly type: 'announce'; readonly text: string }
  /**
   * How full the context window is. `use` is absent if the size of the context window is unknown. `canSummarize` means
   * that a summary would shorten the next request, or the last request if that request was too long.
   */
  | { readonly type: 'contextUse'; readonly use?: ContextUse | undefined; readonly canSummarize: boolean };

/**
 * Returns the properties that distinguish a wait from other waits. Times are left out, because they can change during
 * the wait.
 */
export function waitKey(event: WaitingEvent): readonly unknown[] {
  const { reason, told, attempt, maxAttempts, message, status, requestId, actions, fallbackModel } = event;
  return [reason, told, attempt, maxAttempts, message, status, requestId, actions.join(), fallbackModel];
}

export function isSameWait(a: WaitingEvent, b: WaitingEvent): boolean {
  const parts = waitKey(b);
  return waitKey(a).every((part, index) => part === parts[index]);
}

/**
 * Returns whether VS Code's chat still shows a correct line about a wait. `current` must be the same wait with the same
 * end. The end is not compared for a wait for the network or with an estimated end, because the line then states no
 * time.
 */
export function coversWait(announced: WaitingEvent, current: WaitingEvent): boolean {
  if (!isSameWait(announced, current)) return false;
  if (current.reason === 'offline' || current.estimated) return true;
  return !announced.estimated && Math.abs(current.until - announced.until) < 1000;
}

/**
 * Returns the language in the info string of a code fence, in lower case, or an empty string. Also reads the language
 * in ```ts:app.ts, ```{.python} and ```rust,ignore.
 */
export function infoStringLanguage(infoString: string): string {
  return /[^\s{},:.][^\s{},:]*/.exec(infoString.toLowerCase())?.[0] ?? '';
}
