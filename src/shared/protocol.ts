/**
 * Host ⇄ webview. Included by both; imports neither `vscode` nor the DOM.
 * The host holds the truth: the webview may vanish at any moment and is given a `snapshot` when it says `ready`.
 */
import * as v from 'valibot';
import type { FaultAction, RecordedEvent, WaitingEvent } from '../engine/events';
import type { TurnState } from '../engine/state/turnState';

export type { FaultAction, FaultKind, RecordedEvent, WaitingEvent } from '../engine/events';
export { knownLocale, visibleText } from '../engine/gateway/visibleText';
export { waitedMs } from '../engine/state/ledger';
export type { LedgerEntry, LedgerWait } from '../engine/state/ledger';
export { throughputSeconds } from '../engine/state/throughput';
export { totalsOf } from '../engine/state/turnTotals';
export type { TurnTotals } from '../engine/state/turnTotals';
export {
  epochOf,
  hasArrived,
  initialTurn,
  isRunning,
  lastKnownAt,
  monotonicOf,
  reduce,
  runsOf,
  startsAgain,
} from '../engine/state/turnState';
export type { Failure, ModelSwitch, TurnRun, TurnState } from '../engine/state/turnState';

export type ContextKind = 'selection' | 'file' | 'problems';

/** Context that went along with a prompt; shown under *You*, never re-read from disk. */
export interface Attachment {
  /** Absent: `selection`. */
  readonly kind?: ContextKind | undefined;
  /** e.g. `src/app.ts:10-24`. */
  readonly label: string;
  readonly languageId: string;
  readonly code: string;
  /** It was too long: this is its beginning. */
  readonly truncated?: boolean | undefined;
}

/** What goes along with the next prompt; the host has its text. */
export interface DraftContext {
  readonly id: string;
  readonly kind: ContextKind;
  readonly label: string;
  /** Of the text that is sent. */
  readonly characters: number;
  readonly truncated: boolean;
  /** Where the file really is, when a symbolic link in the workspace leads out of the workspace. */
  readonly outside?: string | undefined;
}

/** Offered behind `#` in the composer. */
export interface ContextSuggestion {
  /** For `attach`. */
  readonly id: string;
  /** `editors`: all that are open; `pick`: a file from a list of VS Code's own. */
  readonly kind: ContextKind | 'editors' | 'pick';
  readonly label: string;
  /** E.g. the folder of a file; empty: nothing more to say. */
  readonly detail: string;
}

/** A prompt and its answer. */
export interface ExchangeView {
  readonly id: string;
  /** What the person asked, as shown. */
  readonly prompt: string;
  readonly attachments: readonly Attachment[];
  readonly state: TurnState;
  /** Waits for an earlier turn of the same conversation. */
  readonly queued: boolean;
  /** The embedded gateway was asked. */
  readonly demo?: true | undefined;
  /** Ids of all that were asked in its place, itself included, oldest first; absent: there is no other. */
  readonly versions?: readonly string[] | undefined;
}

export interface ConnectionView {
  readonly model: string;
  /** Host name of the base URL, e.g. `api.holysheep.ai`. */
  readonly host: string;
  /** `unreadable`: the keyring fails, and a turn that needs the key says so. */
  readonly hasKey: boolean | 'unreadable';
  /** The embedded gateway answers; nothing leaves the machine. */
  readonly demo: boolean;
}

/** Whether a prompt can be sent there now. */
export function canAnswer({ hasKey, demo }: ConnectionView): boolean {
  return hasKey !== false || demo;
}

/** Something to ask, offered in the empty conversation. */
export interface Suggestion {
  readonly id: string;
  readonly label: string;
}

/** What a person can do in the tour of the offline demo. */
export type DemoAct = 'next' | 'repeat' | 'skip' | 'again';

/** Where the tour of the offline demo stands in a conversation. In the user's language. */
export interface DemoGuide {
  /** E.g. `2 of 5: Overloaded`. */
  readonly heading: string;
  /** What happens and what to watch. */
  readonly text: string;
  /** The first is the way forward. */
  readonly offers: readonly { readonly act: DemoAct; readonly label: string }[];
}

export type ToWebview =
  | {
      readonly type: 'snapshot';
      readonly conversationId: string;
      readonly exchanges: readonly ExchangeView[];
      readonly connection: ConnectionView;
      /** The page before this one knew no key, and there is one now: a prefilled prompt that has waited for it is sent. */
      readonly keyArrived?: boolean | undefined;
      readonly suggestions: readonly Suggestion[];
      /** Another window writes the conversation. */
      readonly readOnly?: true | undefined;
      /** Absent: the conversation is not led by the demo. */
      readonly guide?: DemoGuide | undefined;
      /** Earlier prompts, oldest first, for arrow up. */
      readonly promptHistory: readonly string[];
      /** Ids of deleted conversations. The page removes their drafts. */
      readonly deleted?: readonly string[] | undefined;
      readonly context: readonly DraftContext[];
      /** Ids of the draft's context that is still to be read after a reload; absent: there is none. */
      readonly unread?: readonly string[] | undefined;
      /** The model of the next prompt alone; absent: the one that is set. */
      readonly modelOnce?: string | undefined;
    }
  | { readonly type: 'exchange'; readonly exchange: ExchangeView }
  /** Another version of a prompt is shown: all exchanges of the conversation as it reads now. */
  | { readonly type: 'path'; readonly exchanges: readonly ExchangeView[] }
  /** At most one a frame; the first token at once. `at` of the events is the host's monotonic clock. */
  | { readonly type: 'events'; readonly exchangeId: string; readonly events: readonly RecordedEvent[] }
  /** Prompts were removed: `promptHistory` and `deleted` as in `snapshot`. */
  | {
      readonly type: 'promptHistory';
      readonly promptHistory: readonly string[];
      readonly deleted: readonly string[];
    }
  | { readonly type: 'guide'; readonly guide?: DemoGuide | undefined }
  | { readonly type: 'connection'; readonly connection: ConnectionView; readonly suggestions: readonly Suggestion[] }
  /**
   * Puts `text` into an empty composer and focuses it. `more` goes along with it, e.g. code: the page does not look at it,
   * and gives it back. With `awaitsKey` the page sends the text when there is a key, if it still stands there.
   */
  | {
      readonly type: 'compose';
      readonly text: string;
      readonly more?: object | undefined;
      readonly awaitsKey?: boolean | undefined;
    }
  /** Another panel is closed in favour of this one: the page takes up the unsent text of that panel's conversation. */
  | { readonly type: 'adopt'; readonly conversationId: string }
  /** All of the context of the next prompt. */
  | {
      readonly type: 'context';
      readonly items: readonly DraftContext[];
      readonly unread?: readonly string[] | undefined;
    }
  /** Answers `suggestContext` of the same number. */
  | { readonly type: 'suggestions'; readonly request: number; readonly items: readonly ContextSuggestion[] }
  | { readonly type: 'modelOnce'; readonly model?: string | undefined };

export type ToHost =
  | { readonly type: 'ready' }
  /** `more` as `compose` had it, where it has put the prompt into the composer. */
  | {
      readonly type: 'send';
      readonly prompt: string;
      readonly more?: object | undefined;
    }
  /** `id` of a suggestion of the empty conversation. */
  | { readonly type: 'askSuggestion'; readonly id: string }
  | { readonly type: 'demo'; readonly act: DemoAct }
  /**
   * Stops this exchange's turn, or removes it from the queue; any other turn continues, even if it has started
   * meanwhile.
   */
  | { readonly type: 'stop'; readonly exchangeId: string }
  | { readonly type: 'action'; readonly exchangeId: string; readonly action: FaultAction }
  | { readonly type: 'newConversation' }
  | { readonly type: 'openHistory' }
  /** The window that writes the conversation is to hand it over. */
  | { readonly type: 'openHere' }
  | { readonly type: 'selectModel' }
  /** The next prompt goes to the model that is set. */
  | { readonly type: 'forgetModelOnce' }
  /** Asks anew with other words; what was asked and answered before stays as another version. */
  | { readonly type: 'edit'; readonly exchangeId: string; readonly prompt: string }
  /** Another answer to the same prompt, as another version; `switchModel` lets the person choose who gives it. */
  | { readonly type: 'regenerate'; readonly exchangeId: string; readonly switchModel: boolean }
  /** Shows that version, and what followed it. */
  | { readonly type: 'showVersion'; readonly exchangeId: string }
  | { readonly type: 'suggestContext'; readonly request: number; readonly query: string }
  /** `id` of a suggestion. */
  | { readonly type: 'attach'; readonly id: string }
  | { readonly type: 'detach'; readonly id: string }
  /** All that an earlier page had attached, for a session that has not had any context yet. */
  | { readonly type: 'restoreContext'; readonly ids: readonly string[] }
  /** Lets the person choose context from a list of VS Code's own. */
  | { readonly type: 'pickContext' }
  | { readonly type: 'setApiKey' }
  | { readonly type: 'openDemo' }
  | { readonly type: 'leaveDemo' }
  /** The walkthrough. */
  | { readonly type: 'getStarted' }
  | { readonly type: 'copy'; readonly text: string }
  /** As code; the host asks in which language. */
  | { readonly type: 'copyRequest'; readonly exchangeId: string }
  | { readonly type: 'insert'; readonly text: string }
  | { readonly type: 'apply'; readonly exchangeId: string; readonly text: string }
  /** `language`: the word behind the fence, e.g. `ts`; may be empty. */
  | { readonly type: 'newFile'; readonly text: string; readonly language: string }
  | { readonly type: 'openLink'; readonly href: string };

/**
 * What VS Code keeps of a panel over a reload: which conversation it shows. The text that nobody has sent yet is in the
 * page's `UnsentStore`.
 */
export interface PanelState {
  readonly conversationId: string;
}

const panelState = v.object({ conversationId: v.string() });

/** The state may have been stored by another version of the extension. */
export function isPanelState(state: unknown): state is PanelState {
  return v.is(panelState, state);
}

/** Identifies a wait. Its times and their source may change while it lasts, so they are not included. */
export function waitParts(event: WaitingEvent): readonly unknown[] {
  const { reason, told, attempt, maxAttempts, message, status, requestId, actions } = event;
  return [reason, told, attempt, maxAttempts, message, status, requestId, actions.join()];
}

/** Returns whether both events announce the same wait, perhaps with another end. */
export function isSameWait(one: WaitingEvent, other: WaitingEvent): boolean {
  const parts = waitParts(other);
  return waitParts(one).every((part, index) => part === parts[index]);
}

/**
 * Returns whether a line of a chat about `one`, which can't be updated, also describes `other`: it is the same wait, and
 * the end that the line names still holds. A line about an estimate names no end, and neither does one about being offline.
 */
export function isDescribedBy(one: WaitingEvent, other: WaitingEvent): boolean {
  if (!isSameWait(one, other)) return false;
  if (other.reason === 'offline' || other.estimated) return true;
  return !one.estimated && Math.abs(other.until - one.until) < 1000;
}

/**
 * The language that the word behind a fence names, in lower case; also ```ts:app.ts, ```{.python} and ```rust,ignore.
 * For both sides of the protocol. @returns '' for none
 */
export function fenceWord(word: string): string {
  return /[^\s{},:.][^\s{},:]*/.exec(word.toLowerCase())?.[0] ?? '';
}
