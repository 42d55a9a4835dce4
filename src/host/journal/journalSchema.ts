import * as v from 'valibot';
import type { ResumeFrom } from '../../engine/engine';
import type { RecordedEvent } from '../../engine/events/events';
import { detail, epoch, orZero, position } from '../../engine/events/schemas';
import { effortChoices } from '../../engine/request';
import type { ScheduleEnd } from '../../engine/state/schedule';
import type { Schedule } from '../../engine/state/turnState';
import type { Attachment, ContextKind } from '../../shared/protocol';
import type { ApplyTarget } from '../../shared/conversation';
import type { ExchangeRole, PromptInput } from './exchange';
import { oneOf, type FieldSchemas } from '../util/schemas';

/** Version of the format. It grows when a line changes its meaning, so that older extensions leave the file unchanged. */
export const journalSchema = 1;

interface LineFields {
  /** `after` is the id of the preceding exchange, '' for a first prompt; by default the end of the branch. */
  readonly exchange: PromptInput & ExchangeRole & { readonly id: string; readonly after?: string | undefined };
  readonly events: { readonly exchangeId: string; readonly events: readonly RecordedEvent[] };
  readonly rerun: {
    readonly exchangeId: string;
    readonly model?: string | undefined;
    readonly go: ResumeFrom['mode'];
  };
  /** A reload or a crash interrupted a turn. Written when the conversation is next opened. */
  readonly interrupted: { readonly exchangeId: string };
  readonly scheduled: Schedule & { readonly exchangeId: string };
  readonly unscheduled: { readonly exchangeId: string; readonly end: ScheduleEnd };
  /** `endsComparison`: the user has chosen a column. Only this version is shown from then on. */
  readonly show: { readonly exchangeId: string; readonly endsComparison?: true | undefined };
  /** The text that the user gave a summary. An empty string undoes the summary. */
  readonly summary: { readonly exchangeId: string; readonly text: string };
  /** An empty string removes the title. */
  readonly title: { readonly title: string };
}

type LineOf<Type extends keyof LineFields> = {
  readonly [Each in Type]: { readonly type: Each } & LineFields[Each];
}[Type];

export type EventsLine = LineOf<'events'>;
export type TurnLine = LineOf<'rerun' | 'interrupted' | 'scheduled' | 'unscheduled' | 'summary'>;
export type JournalLine = LineOf<keyof LineFields>;

const textSchema = v.string();

const attachment = v.object<FieldSchemas<Attachment>>({
  kind: oneOf<ContextKind>({ selection: true, file: true, problems: true }),
  label: textSchema,
  languageId: textSchema,
  code: textSchema,
  truncated: v.optional(v.boolean()),
});
const promptEntries: FieldSchemas<PromptInput> = {
  prompt: textSchema,
  content: v.optional(textSchema),
  attachments: v.optional(v.array(attachment)),
  target: v.optional(
    v.object<FieldSchemas<ApplyTarget>>({ uri: textSchema, startLine: position, startCharacter: position }),
  ),
  model: v.optional(textSchema),
  reasoningEffort: v.optional(v.picklist(effortChoices)),
  demo: v.optional(v.boolean()),
};
const promptInput = v.object(promptEntries);

const lineEntries: { readonly [Type in keyof LineFields]: FieldSchemas<LineFields[Type]> } = {
  exchange: {
    id: v.pipe(textSchema, v.nonEmpty()),
    after: v.optional(textSchema),
    comparison: v.optional(textSchema),
    summarizes: v.optional(textSchema),
    ...promptEntries,
    reasoningEffort: detail(v.picklist(effortChoices)),
  },
  // The events are checked one by one later, so that one invalid event does not invalidate the line.
  events: { exchangeId: textSchema, events: v.custom<readonly RecordedEvent[]>(Array.isArray) },
  rerun: {
    exchangeId: textSchema,
    model: v.optional(textSchema),
    go: oneOf({ continue: true, restart: true }),
  },
  interrupted: { exchangeId: textSchema },
  scheduled: {
    exchangeId: textSchema,
    id: textSchema,
    dueAt: v.optional(epoch),
    scheduledAt: epoch,
    exceedsBudget: detail(v.literal(true)),
  },
  unscheduled: {
    exchangeId: textSchema,
    end: v.variant('outcome', [
      v.object({ outcome: v.literal('stopped') }),
      v.object({ outcome: v.literal('failed'), message: textSchema }),
    ]),
  },
  show: { exchangeId: textSchema, endsComparison: detail(v.literal(true)) },
  summary: { exchangeId: textSchema, text: textSchema },
  title: { title: textSchema },
};

export const lineSchemas: Schemas<JournalLine> = new Map(
  Object.entries(lineEntries).map(([type, entries]) => {
    const schema: v.GenericSchema = v.object({ type: v.literal(type), ...entries });
    return [type, schema as v.GenericSchema<unknown, JournalLine>];
  }),
);

export const headerSchema = v.object({
  type: v.literal('conversation'),
  schema: v.pipe(v.number(), v.integer(), v.minValue(1)),
  id: textSchema,
  createdAt: orZero(epoch),
});

export type HeaderLine = Readonly<v.InferOutput<typeof headerSchema>>;

export function isPromptInput(value: unknown): value is PromptInput {
  return v.is(promptInput, value);
}

export type Schemas<T> = ReadonlyMap<unknown, v.GenericSchema<unknown, T>>;
