import * as v from 'valibot';
import type { CodePromptId } from '../../code/codePrompts';
import { parseOrUndefined } from '../../util/validation';

const integer = v.pipe(v.number(), v.integer());

const codeSchema = v.object({
  /** Path with line numbers, for example `src/app.ts:10-24`. */
  label: v.string(),
  uri: v.string(),
  /** Start line, start character, end line and end character, counted from zero. */
  range: v.pipe(v.strictTuple([integer, integer, integer, integer]), v.readonly()),
});

/** Offset and length, in characters, of a Markdown text that the extension inserted into the response. */
const rangeSchema = v.strictTuple([integer, integer]);

const metadataSchema = v.object({
  /**
   * State of the response. `length` means that the answer reached the token limit. `note` means that the response is
   * not an answer but a message of the extension, which does not belong to the conversation.
   */
  state: v.picklist(['done', 'length', 'stopped', 'failed', 'note']),
  command: v.optional(v.custom<ChatCommand>(isChatCommand)),
  /** The prompt that was sent to the model. Absent if this is exactly the text that the user typed. */
  content: v.optional(v.string()),
  code: v.optional(codeSchema),
  inserted: v.optional(v.array(rangeSchema)),
  reasoned: v.optional(v.boolean()),
  hasText: v.optional(v.boolean()),
});

export type ChatMetadata = Readonly<v.InferOutput<typeof metadataSchema>>;
export type AnswerState = ChatMetadata['state'];
export type CodeLocation = Readonly<v.InferOutput<typeof codeSchema>>;
export type InsertedRange = v.InferOutput<typeof rangeSchema>;

/** Parses the metadata of a response, which might have been saved by another version of the extension. */
export function parseChatMetadata(value: unknown): ChatMetadata | undefined {
  return parseOrUndefined(metadataSchema, value);
}

/** Name of the chat participant in package.json. */
export const participantName = 'holysheep';

/** Slash commands of the chat participant in package.json, with the ID of the prompt that each command sends. */
export const chatCommands = {
  explain: 'explainSelection',
  fix: 'fixSelection',
  tests: 'writeTests',
} as const satisfies Readonly<Record<string, CodePromptId>>;

export type ChatCommand = keyof typeof chatCommands;

export function isChatCommand(name: unknown): name is ChatCommand {
  return typeof name === 'string' && Object.hasOwn(chatCommands, name);
}
