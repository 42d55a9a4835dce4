import * as v from 'valibot';
import type { CodePromptId } from '../../code/codePrompts';
import { type Entries, parsed } from '../../util/schemas';

/** `note`: a message of the extension instead of an answer; it is no part of the conversation. */
const answerStates = ['done', 'length', 'stopped', 'failed', 'note'] as const;

export type AnswerState = (typeof answerStates)[number];

/** Where something stands in a response that is not the model's, and its length, in characters of its Markdown. */
export type InsertedRange = readonly [at: number, length: number];

/** The code that was asked about. */
export interface CodeLocation {
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
  readonly code?: CodeLocation | undefined;
  readonly inserted?: readonly InsertedRange[] | undefined;
  readonly reasoned?: boolean | undefined;
  /** There is text of the answer. */
  readonly hasText?: boolean | undefined;
}

const integer = v.pipe(v.number(), v.integer());
/** For a field that is left out when its value can't be used. */
const lenient = <T>(schema: v.GenericSchema<unknown, T>) => v.fallback(v.optional(schema), undefined);

const metadataSchema = v.object<Entries<ChatMetadata>>({
  state: v.picklist(answerStates),
  command: lenient(v.custom<ChatCommand>(isChatCommand)),
  content: lenient(v.string()),
  code: lenient(
    v.object({ label: v.string(), uri: v.string(), range: v.strictTuple([integer, integer, integer, integer]) }),
  ),
  inserted: lenient(v.array(v.strictTuple([integer, integer]))),
  reasoned: v.fallback(v.boolean(), false),
  hasText: v.fallback(v.boolean(), false),
});

/** Of a session that another version has written, for one. @returns undefined where it is not ours */
export function parseChatMetadata(value: unknown): ChatMetadata | undefined {
  return parsed(metadataSchema, value);
}

/** The participant's name in package.json. */
export const participantName = 'holysheep';

/** The commands of package.json, and what they ask for. */
export const chatCommands = {
  explain: 'explainSelection',
  fix: 'fixSelection',
  tests: 'writeTests',
} as const satisfies Readonly<Record<string, CodePromptId>>;

export type ChatCommand = keyof typeof chatCommands;

export function isChatCommand(name: unknown): name is ChatCommand {
  return typeof name === 'string' && Object.hasOwn(chatCommands, name);
}
