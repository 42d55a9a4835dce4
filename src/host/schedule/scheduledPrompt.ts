import * as v from 'valibot';
import { scheduleLifetimeMs, type Schedule } from '../../engine/state/turnState';
import { parseOrUndefined, type FieldSchemas } from '../util/schemas';

/** A scheduled prompt, as all windows see it. The prompt itself is in the journal of its conversation. */
export interface ScheduledPrompt extends Schedule {
  readonly conversationId: string;
  readonly exchangeId: string;
  /** URI of the workspace file or folder, or an empty string for a window without a workspace. */
  readonly workspace: string;
  /** Origin of the base URL for which the user scheduled the prompt. */
  readonly origin: string;
  readonly model: string;
  /** The first line of the prompt. */
  readonly title: string;
}

const maxEpochMs = 4e15;
const epoch = v.pipe(v.number(), v.minValue(0), v.maxValue(maxEpochMs));

const scheduledPrompt = v.object<FieldSchemas<ScheduledPrompt>>({
  id: v.string(),
  conversationId: v.string(),
  exchangeId: v.string(),
  workspace: v.string(),
  origin: v.string(),
  model: v.string(),
  dueAt: v.optional(epoch),
  scheduledAt: epoch,
  title: v.string(),
});

/** Returns a scheduled prompt, or undefined when the value is invalid. */
export function parseScheduledPrompt(value: unknown): ScheduledPrompt | undefined {
  return parseOrUndefined(scheduledPrompt, value);
}

/** Returns the time at which a scheduled prompt lapses, in epoch milliseconds. */
export function lapsesAt({ scheduledAt }: Pick<Schedule, 'scheduledAt'>): number {
  return scheduledAt + scheduleLifetimeMs;
}

const firstProbeDelayMs = 15_000;
const maxProbeDelayMs = 120_000;

/**
 * Returns the delay before the gateway of a due prompt is probed again, in milliseconds: 15, 30, 60, then every 120 s.
 * @param failures number of probes that have failed so far
 */
export function probeDelayMs(failures: number): number {
  return Math.min(maxProbeDelayMs, firstProbeDelayMs * 2 ** Math.max(0, failures - 1));
}
