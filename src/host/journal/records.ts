import * as v from 'valibot';
import { effortChoices } from '../../engine/request';
import type { RecordedEvent } from '../../engine/events/events';
import { detail, epoch, orZero, position } from '../../engine/events/schemas';
import { maxCompared, type Prompt } from '../../shared/exchanges';
import { promptImage } from '../../shared/images';
import { modelIds } from '../../shared/pageMessages';
import { parseOrUndefined, type FieldSchemas } from '../util/validation';

/**
 * Version of the journal format. The version increases when a record type changes its meaning, so that older versions
 * of the extension don't change newer files.
 */
export const journalSchema = 1;

const text = v.string();
const newId = v.pipe(text, v.nonEmpty());

const attachment = v.object({
  kind: v.picklist(['selection', 'file', 'problems']),
  label: text,
  languageId: text,
  code: text,
  truncated: v.optional(v.boolean()),
});

const promptEntries = {
  prompt: text,
  content: v.optional(text),
  attachments: v.optional(v.pipe(v.array(attachment), v.readonly())),
  images: detail(v.pipe(v.array(promptImage), v.readonly())),
  target: v.optional(v.object({ uri: text, startLine: position, startCharacter: position })),
  reasoningEffort: detail(v.picklist(effortChoices)),
} satisfies FieldSchemas<Prompt>;

/**
 * An answer that a record adds. `model` is absent if the user has chosen no model. The turn then uses the model that is
 * selected when the turn starts.
 */
const newAnswer = v.object({ id: newId, model: v.optional(text) });
/** Answers that a record adds. Several answers in the same record are compared with each other. */
const newAnswers = v.pipe(
  v.array(v.unknown()),
  v.transform((values) => values.filter((value) => v.is(newAnswer, value)).slice(0, maxCompared)),
  v.minLength(1),
);

const recordEntries = {
  /**
   * The gateway set of the conversation. This record is written before the first prompt, unless the conversation uses
   * the user's own gateways.
   */
  gateways: { set: v.picklist(['own', 'demo']) },
  /** A prompt with its answers. `parentAnswer` is the id of the preceding answer, or '' for a first prompt. */
  exchange: { id: newId, parentAnswer: text, ...promptEntries, answers: newAnswers },
  /** Further answers to the prompt of an existing exchange. */
  answers: { exchange: text, answers: newAnswers },
  /**
   * A summary. `upTo` is the id of the last answer that the summary replaces, or '' if it is the summary of another
   * conversation, which is the `source`.
   */
  summary: { upTo: text, answer: newAnswer, source: detail(v.object({ id: newId, title: text })) },
  // The events of this record are checked later, one by one, so that one invalid event does not make the whole record
  // invalid.
  events: { answer: text, events: v.custom<readonly RecordedEvent[]>(Array.isArray) },
  rerun: { answer: text, model: v.optional(text), go: v.picklist(['continue', 'restart']) },
  /**
   * A turn that a reload or a crash has interrupted. This record is written when the conversation is opened the next
   * time.
   */
  interrupted: { answer: text },
  scheduled: {
    answer: text,
    id: text,
    dueAt: v.optional(epoch),
    scheduledAt: epoch,
    exceedsBudget: detail(v.literal(true)),
  },
  unscheduled: {
    answer: text,
    end: v.variant('outcome', [
      v.object({ outcome: v.literal('stopped') }),
      v.object({ outcome: v.literal('failed'), message: text }),
    ]),
  },
  /**
   * The user has switched to another answer. If `use` is true, the user has also ended the comparison, and only this
   * answer is shown from then on. If `use` is false, the user has reopened the comparison.
   */
  select: { answer: text, use: detail(v.boolean()) },
  /** The user has deleted the turn of an exchange, with all its versions, or has undone the deletion. */
  deletion: { exchange: text, isUndone: detail(v.literal(true)) },
  /** The text to which the user has changed a summary. An empty string undoes the summary. */
  summaryText: { answer: text, text },
  /** The title that the user gave the conversation. An empty string removes the title. */
  title: { title: text },
};

type RecordEntries = typeof recordEntries;
type Fields<Entries> = Entries extends v.ObjectEntries
  ? Readonly<v.InferOutput<v.ObjectSchema<Entries, undefined>>>
  : never;

/**
 * Type of the records whose field `type` has the given value. In a file, `type` is always the first field, so that a
 * reader can recognize records with events by their first bytes and skip them.
 */
export type RecordOf<Type extends keyof RecordEntries> = {
  readonly [Each in Type]: { readonly type: Each } & Fields<RecordEntries[Each]>;
}[Type];

export type JournalRecord = RecordOf<keyof RecordEntries>;

export const recordSchemas: ReadonlyMap<unknown, v.GenericSchema<unknown, JournalRecord>> = new Map(
  Object.entries(recordEntries).map(([type, entries]) => {
    const schema: v.GenericSchema = v.object({ type: v.literal(type), ...entries });
    return [type, schema as v.GenericSchema<unknown, JournalRecord>];
  }),
);

export const headerSchema = v.object({
  type: v.literal('conversation'),
  schema: v.pipe(v.number(), v.integer(), v.minValue(1)),
  id: text,
  createdAt: orZero(epoch),
});

export type JournalHeader = Readonly<v.InferOutput<typeof headerSchema>>;

const promptSchema = v.object({ ...promptEntries, models: v.optional(modelIds) });

/** A prompt that has not been sent yet. */
export interface PromptInput extends Prompt {
  /** Models that the user has chosen for the prompt. By default, the selected model answers. */
  readonly models?: readonly string[] | undefined;
}

/** Returns a checked copy of a prompt that the page has sent to the host, or undefined if the value is not a prompt. */
export function parsePromptInput(value: unknown): PromptInput | undefined {
  return parseOrUndefined(promptSchema, value);
}
