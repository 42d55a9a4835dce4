/**
 * Prompts and their answers, as the host stores them and as the page shows them. The host and the page both import this
 * file, so it uses neither `vscode` nor the DOM.
 */
import type { EffortChoice } from '../engine/request';
import type { TurnState } from '../engine/state/turnState';
import type { PromptImage } from './images';

export type ContextKind = 'selection' | 'file' | 'problems';

/** A context item that was sent with a prompt. It keeps the text that was sent, even if the file changes. */
export interface Attachment {
  readonly kind: ContextKind;
  /** Path and lines of the attachment, for example `src/app.ts:10-24`. */
  readonly label: string;
  readonly languageId: string;
  readonly code: string;
  /** Whether `code` contains only the beginning of the attachment, because the attachment was too long. */
  readonly truncated?: boolean | undefined;
}

/**
 * Start of the selection that an answer can replace. Line and character are zero-based. The selected text is the code
 * of the first attachment.
 */
export interface ApplyTarget {
  readonly uri: string;
  readonly startLine: number;
  readonly startCharacter: number;
}

export interface Prompt {
  readonly prompt: string;
  /** Text that is sent to the gateway instead of the visible prompt. */
  readonly content?: string | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  readonly images?: readonly PromptImage[] | undefined;
  readonly target?: ApplyTarget | undefined;
  /**
   * Reasoning effort for the prompt. By default, the reasoning effort that is remembered for the model when the turn
   * starts.
   */
  readonly reasoningEffort?: EffortChoice | undefined;
}

/** The result of a turn. A turn has an answer even while it is queued, waiting or scheduled. */
export interface Answer {
  readonly id: string;
  /** Model that the user has chosen for the answer. By default, the model that is selected when the turn starts. */
  readonly model?: string | undefined;
  readonly state: TurnState;
  /** Whether the turn waits for the end of another turn of the same conversation. */
  readonly isQueued: boolean;
  /**
   * Set for answers that were requested together. They are shown side by side until the user continues with one of
   * them.
   */
  readonly comparison?: Comparison | undefined;
}

interface Comparison {
  /** Id of the comparison: the id of its first answer. */
  readonly id: string;
  /**
   * True for all answers of a comparison after the user has chosen one of them. After the user has reopened the
   * comparison, false for the chosen answer.
   */
  readonly isUsed?: boolean | undefined;
}

/** Minimum and maximum number of answers in a comparison. */
export const minCompared = 2;
export const maxCompared = 4;

export interface Exchange extends Prompt {
  readonly id: string;
  /** Id of the answer that the exchange follows, or '' for a first prompt. */
  readonly parentAnswer: string;
  /** Answers to the prompt, oldest first. The list is never empty. */
  readonly answers: readonly Answer[];
  /**
   * Id of the answer with which the conversation continues. In a comparison, this is the first answer until the user
   * continues with one of the answers.
   */
  readonly selected: string;
}

/** The conversation that a summary at the start of another conversation summarizes. */
export interface SummarySource {
  readonly id: string;
  /** Title of the conversation when the summary was copied. */
  readonly title: string;
}

/** A text that replaces earlier exchanges in requests. */
export interface Summary {
  /**
   * Id of the last answer that the summary replaces, or '' if the summary replaces the answers of another conversation.
   */
  readonly upTo: string;
  readonly answer: Answer;
  readonly source?: SummarySource | undefined;
  readonly isUndone?: true | undefined;
}

/** An exchange, and which of its answers the conversation continues. */
export interface Step {
  readonly exchange: Exchange;
  readonly answer: Answer;
}

/** A set of gateways: the user's gateways (`own`), or the embedded gateways of the offline demo. */
export type GatewaySetId = 'own' | 'demo';

/** An answer of a comparison that is hidden because the user has chosen another answer. */
export interface ComparedAnswer {
  readonly model: string;
  /** Number of turns that follow the answer. */
  readonly laterTurns: number;
}

/** An exchange as the page shows it. The texts of hidden versions are not sent to the page. */
export interface ShownExchange {
  readonly id: string;
  readonly prompt: string;
  readonly attachments: readonly Attachment[];
  readonly images: readonly PromptImage[];
  /**
   * Answers that are shown: a single answer, or all answers of a comparison until the user continues with one of them.
   */
  readonly answers: readonly Answer[];
  /**
   * Id of the selected answer. While a comparison is open and this answer is incomplete, the next prompt follows the
   * first complete answer.
   */
  readonly selected: string;
  /**
   * Id of the compared answer that the later turns follow, or that the user chose before reopening the
   * comparison.
   */
  readonly followed?: string | undefined;
  /** If the shown answer was chosen in a comparison, the other answers. */
  readonly comparedWith?: readonly ComparedAnswer[] | undefined;
  /**
   * Ids of the versions between which the user can switch, oldest first: all answers to this prompt and to its edited
   * versions. Answers that are shown side by side are listed only once, by the first answer. The page shows the version
   * `answers[0]`.
   */
  readonly versions: readonly string[];
  readonly set: GatewaySetId;
}

export interface ShownSummary {
  readonly answer: Answer;
  /**
   * Number of earlier turns that the summary replaces, or 0 if the summary replaces the turns of another conversation.
   */
  readonly turns: number;
  readonly source?: SummarySource | undefined;
}

/** A deleted exchange that the user can restore. The page shows a line with *Undo* in its place. */
export interface ShownDeletion {
  /** Id of the deleted exchange. */
  readonly id: string;
  readonly isDeleted: true;
}

/** One item of the conversation on the page. */
export type ShownItem = ShownExchange | ShownSummary | ShownDeletion;
