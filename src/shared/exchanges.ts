/**
 * Prompts and their answers, as the host stores them and as the page shows them. Both include this file, so it uses
 * neither `vscode` nor the DOM.
 */
import type { EffortChoice } from '../engine/request';
import type { TurnState } from '../engine/state/turnState';

export type ContextKind = 'selection' | 'file' | 'problems';

/** A context item that was sent with a prompt. It is never read from disk again. */
export interface Attachment {
  readonly kind: ContextKind;
  /** Path and lines, for example `src/app.ts:10-24`. */
  readonly label: string;
  readonly languageId: string;
  readonly code: string;
  /** Whether `code` contains only the beginning of the item, because the item was too long. */
  readonly truncated?: boolean | undefined;
}

/** The zero-based start of the selection that an answer can replace. Its text is the code of the first attachment. */
export interface ApplyTarget {
  readonly uri: string;
  readonly startLine: number;
  readonly startCharacter: number;
}

export interface Prompt {
  readonly prompt: string;
  /** The text that is sent to the gateway instead of the prompt. */
  readonly content?: string | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  readonly target?: ApplyTarget | undefined;
  /** By default, the effort that is remembered for the model when the turn starts. */
  readonly reasoningEffort?: EffortChoice | undefined;
}

/** What a turn produces. Everything that runs, stops, waits, costs and can be scheduled is an answer. */
export interface Answer {
  readonly id: string;
  /** The model that the user has chosen. By default, the model that is selected when the turn starts. */
  readonly model?: string | undefined;
  readonly state: TurnState;
  /** Whether the turn waits for the end of another turn of the same conversation. */
  readonly isQueued: boolean;
  /** Set for answers that were requested together. They are shown side by side until the user uses one of them. */
  readonly comparison?: Comparison | undefined;
}

interface Comparison {
  /** The id of the first answer. */
  readonly id: string;
  readonly isUsed?: true | undefined;
}

/** The number of answers of a comparison. */
export const minCompared = 2;
export const maxCompared = 4;

export interface Exchange extends Prompt {
  readonly id: string;
  /** The id of the preceding answer, or '' for a first prompt. */
  readonly after: string;
  /** Oldest first, never empty. */
  readonly answers: readonly Answer[];
  /** The id of the answer that the conversation continues with. In an open comparison, this is the first answer until a prompt follows. */
  readonly selected: string;
}

/** A text that replaces earlier exchanges in requests. */
export interface Summary {
  /** Id of the last answer that it replaces, or '' if it replaces another conversation. */
  readonly upTo: string;
  readonly answer: Answer;
  readonly isUndone?: true | undefined;
}

/** An exchange, with the answer that the conversation continues with. */
export interface Step {
  readonly exchange: Exchange;
  readonly answer: Answer;
}

/** The user's gateways, or the embedded ones of the offline demo. */
export type GatewaySetId = 'own' | 'demo';

/** An exchange as the page shows it. Texts of hidden versions stay with the host. */
export interface ShownExchange {
  readonly id: string;
  readonly prompt: string;
  readonly attachments: readonly Attachment[];
  /** Either a single answer, or all answers of an open comparison. */
  readonly answers: readonly Answer[];
  /** The id of the answer that a further prompt follows, if several are shown. */
  readonly followed?: string | undefined;
  /**
   * The ids of all answers to this prompt and its edited versions, oldest first. Only the first answer of an open comparison
   * is listed. The page shows the version with the id of `answers[0]`.
   */
  readonly versions: readonly string[];
  readonly set: GatewaySetId;
}

export interface ShownSummary {
  readonly answer: Answer;
  /** Number of earlier turns that the summary replaces, or 0 if it replaces another conversation. */
  readonly turns: number;
}

/** What the page shows, from top to bottom. */
export type ShownItem = ShownExchange | ShownSummary;
