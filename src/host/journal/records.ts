import * as v from 'valibot';
import { effortChoices } from '../../engine/request';
import type { RecordedEvent } from '../../engine/events/events';
import { detail, epoch, orZero, position } from '../../engine/events/schemas';
import { maxCompared, type Prompt } from '../../shared/exchanges';
import { parseOrUndefined, type FieldSchemas } from '../util/validation';

/** Version of the format. It grows when a record changes its meaning, so that older extensions leave the file unchanged. */
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
  target: v.optional(v.object({ uri: text, startLine: position, startCharacter: position })),
  reasoningEffort: detail(v.picklist(effortChoices)),
} satisfies FieldSchemas<Prompt>;

/** `model` is absent if the user has chosen no model. The turn then uses the model that is selected when it starts. */
const newAnswer = v.object({ id: newId, model: v.optional(text) });
/** Several answers of one record are compared with each other. */
const newAnswers = v.pipe(
  v.array(v.unknown()),
  v.transform((values) => values.filter((value) => v.is(newAnswer, value)).slice(0, maxCompared)),
  v.minLength(1),
);

const recordEntries = {
  /** Written before the first prompt if the conversation uses other gateways than the user's own. */
  gateways: { set: v.picklist(['own', 'demo']) },
  /** `after` is the id of the preceding answer, or '' for a first prompt. */
  exchange: { id: newId, after: text, ...promptEntries, answers: newAnswers },
  /** Further answers to the prompt of an exchange. */
  answers: { exchange: text, answers: newAnswers },
  /** `upTo` is the id of the last answer that the summary replaces, '' if it replaces another conversation. */
  summary: { upTo: text, answer: newAnswer },
  // The events are checked one by one later, so that one invalid event does not invalidate the record.
  events: { answer: text, events: v.custom<readonly RecordedEvent[]>(Array.isArray) },
  rerun: { answer: text, model: v.optional(text), go: v.picklist(['continue', 'restart']) },
  /** A reload or a crash interrupted a turn. Written when the conversation is next opened. */
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
  /** Shows an answer. `use` ends its comparison, so that only this answer is shown from then on. */
  select: { answer: text, use: detail(v.literal(true)) },
  /** The text that the user gave a summary. An empty string undoes the summary. */
  summaryText: { answer: text, text },
  /** An empty string removes the title. */
  title: { title: text },
};

type RecordEntries = typeof recordEntries;
type Fields<Entries> = Entries extends v.ObjectEntries
  ? Readonly<v.InferOutput<v.ObjectSchema<Entries, undefined>>>
  : never;

/** The record of this type. `type` is its first field, because a reader skips `events` records by their first bytes. */
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

const promptSchema = v.object({ ...promptEntries, model: v.optional(text) });

/** A prompt that has not been sent yet, and the model that the user has chosen for it. */
export interface PromptInput extends Prompt {
  readonly model?: string | undefined;
}

/** Returns a copy of what the page has sent back, or undefined if that is not a prompt. */
export function parsePromptInput(value: unknown): PromptInput | undefined {
  return parseOrUndefined(promptSchema, value);
}
