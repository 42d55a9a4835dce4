import { isRecord } from '../../core/json';
import { isChatCommand, type ChatCommand } from './participantNames';

/** `note`: no answer, a word of ours; it is no part of the conversation. */
export type AnswerState = 'done' | 'length' | 'stopped' | 'failed' | 'note';

/** Where something stands in a response that is not the model's, and its length, in characters of its Markdown. */
export type Inserted = readonly [at: number, length: number];

/** The code that was asked about. */
export interface CodePlace {
  /** e.g. `src/app.ts:10-24`. */
  readonly label: string;
  readonly uri: string;
  /** Zero-based: first line, its character, last line, its character. */
  readonly range: readonly [number, number, number, number];
}

/** What VS Code keeps with a response for us, and gives back with the history. */
export interface ChatMetadata {
  readonly state: AnswerState;
  readonly command?: ChatCommand | undefined;
  /** What the model was sent, where it is more than the prompt. */
  readonly content?: string | undefined;
  readonly code?: CodePlace | undefined;
  readonly inserted?: readonly Inserted[] | undefined;
  readonly reasoned?: boolean | undefined;
  /** There is text of the answer. */
  readonly hasText?: boolean | undefined;
}

const states: readonly unknown[] = ['done', 'length', 'stopped', 'failed', 'note'] satisfies readonly AnswerState[];

/** Of a session that another version has written, for one. @returns undefined where it is not ours */
export function chatMetadata(value: unknown): ChatMetadata | undefined {
  if (!isRecord(value) || !isState(value['state'])) return undefined;
  const { state, command, content, code, inserted, reasoned, hasText } = value;
  return {
    state,
    command: isChatCommand(command) ? command : undefined,
    content: typeof content === 'string' ? content : undefined,
    code: isCodePlace(code) ? code : undefined,
    inserted: Array.isArray(inserted) && inserted.every(isInserted) ? inserted : undefined,
    reasoned: reasoned === true,
    hasText: hasText === true,
  };
}

function isState(value: unknown): value is AnswerState {
  return states.includes(value);
}

function isInserted(value: unknown): value is Inserted {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isInteger);
}

function isCodePlace(value: unknown): value is CodePlace {
  if (!isRecord(value)) return false;
  const { label, uri, range } = value;
  const isRange = Array.isArray(range) && range.length === 4 && range.every(Number.isInteger);
  return typeof label === 'string' && typeof uri === 'string' && isRange;
}
