import { runsOf } from '../../core/turnState';
import type { OtherVersion } from '../conversation/conversationSummary';
import type { Exchange } from '../conversation/exchange';

/** What a conversation is exported from. */
export interface ExportSource {
  readonly title: string;
  /** Those that are shown, oldest first. */
  readonly exchanges: readonly Exchange[];
  /** Those that are not, in the order they were asked. */
  readonly others: readonly OtherVersion[];
}

/** Epoch milliseconds of the first attempt; undefined when there was none. */
export function askedAt({ state }: Exchange): number | undefined {
  return runsOf(state).flatMap(({ ledger }) => ledger.entries)[0]?.time;
}

/** The one that answered, or was to. */
export function modelOf({ state, model }: Exchange): string | undefined {
  return state.model || model;
}
