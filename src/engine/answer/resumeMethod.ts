import type { ResumeMethod } from '../events';
import type { Prefill } from './prefill';

/** Over so many characters a request with the partial costs more than a new answer is worth waiting for. */
export const longestJoin = 60_000;

/** What there is of an answer whose stream broke. */
export interface Broken {
  readonly text: string;
  /** This or an earlier attempt streamed reasoning. */
  readonly reasoned: boolean;
  /** A part of a tool call has arrived. */
  readonly calledTools: boolean;
  /** The gateway does not take a request for the rest, in any shape. */
  readonly joinsRefused: boolean;
  /** What is known of the model, and has not been refused. */
  readonly prefill: Prefill | undefined;
}

/** `replay`: the original request again, nothing of it has been seen; else how to go on from what has been. */
export function resumeMethod({ text, reasoned, calledTools, joinsRefused, prefill }: Broken): 'replay' | ResumeMethod {
  if (text === '' && !reasoned && !calledTools) return 'replay';
  // Half a tool call, like a thought, can't be continued; and no provider takes an empty message.
  if (calledTools || text.trim() === '') return 'restart';
  if (text.length > longestJoin || joinsRefused) return 'restart';
  // Thinking models refuse a prefill, or think again in the middle of it.
  return prefill === undefined || reasoned ? 'continue' : 'prefill';
}
