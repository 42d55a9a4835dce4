import * as v from 'valibot';
import type { CodePromptId } from '../../code/codePrompts';
import { type FieldSchemas, parseOrUndefined } from '../../util/schemas';

/**
 * States of a response. `length` means that the answer reached the token limit. `note` means that the response is a
 * message of the extension instead of an answer, and does not belong to the conversation.
 */
const answerStates = ['done', 'length', 'stopped', 'failed', 'note'] as const;

export type AnswerState = (typeof answerStates)[number];

/** Range of a response's Markdown that the extension inserted, as offsets in characters. */
export type InsertedRange = readonly [start: number, length: number];

export interface CodeLocation {
  /** Path with line numbers, for example `src/app.ts:10-24`. */
  readonly label: string;
  readonly uri: string;
  /** Start line, start character, end line and end character, counted from zero. */
  readonly range: readonly [number, number, number, number];
}

export interface ChatMetadata {
  readonly state: AnswerState;
  readonly command?: ChatCommand | undefined;
  /** The prompt as it was sent to the model, if it differs from the prompt that the user typed. */
  readonly content?: string | undefined;
  readonly code?: CodeLocation | undefined;
  readonly inserted?: readonly InsertedRange[] | undefined;
  readonly reasoned?: boolean | undefined;
  readonly hasText?: boolean | undefined;
}

const integer = v.pipe(v.number(), v.integer());
const lenient = <T>(schema: v.GenericSchema<unknown, T>) => v.fallback(v.optional(schema), undefined);

const metadataSchema = v.object<FieldSchemas<ChatMetadata>>({
  state: v.picklist(answerStates),
  command: lenient(v.custom<ChatCommand>(isChatCommand)),
  content: lenient(v.string()),
  code: lenient(
    v.object({ label: v.string(), uri: v.string(), range: v.strictTuple([integer, integer, integer, integer]) }),
  ),
  inserted: lenient(v.array(v.strictTuple([integer, integer]))),
  reasoned: lenient(v.boolean()),
  hasText: lenient(v.boolean()),
});

/** Parses metadata, which another version of the extension may have saved. */
export function parseChatMetadata(value: unknown): ChatMetadata | undefined {
  return parseOrUndefined(metadataSchema, value);
}

/** Name of the chat participant in package.json. */
export const participantName = 'holysheep';

/** Commands of the chat participant in package.json, with the prompt that each command sends. */
export const chatCommands = {
  explain: 'explainSelection',
  fix: 'fixSelection',
  tests: 'writeTests',
} as const satisfies Readonly<Record<string, CodePromptId>>;

export type ChatCommand = keyof typeof chatCommands;

export function isChatCommand(name: unknown): name is ChatCommand {
  return typeof name === 'string' && Object.hasOwn(chatCommands, name);
}
