import type { FailedEvent, StreamEvent, ToolCallEvent, Usage, WaitingEvent } from './events';
import { emptyLedger, enter, type Ledger } from './ledger';

export type TurnPhase =
  'connecting' | 'streaming' | 'waiting' | 'offline' | 'resuming' | 'done' | 'stopped' | 'failed' | 'interrupted';

/** One line of the timeline: what the network did, and when (milliseconds since the turn began). */
export interface TimelineEntry {
  readonly at: number;
  readonly event: 'attempt' | 'headers' | 'first-token' | 'waiting' | 'cut' | 'resumed' | 'model' | 'end';
  readonly attempt: number;
  readonly detail: string;
}

/** A tool call as far as it has arrived. */
export interface ToolCall {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  /** JSON text; whole once the turn is done. */
  readonly arguments: string;
}

/** What is shown of a turn: a pure fold over its events. */
export interface TurnState {
  readonly phase: TurnPhase;
  readonly model: string;
  readonly text: string;
  readonly reasoning: string;
  /** The attempt that `reasoning` is of. */
  readonly reasoningAttempt?: number;
  /** Offsets in `text` at which a resumed answer was joined, ascending. */
  readonly seams: readonly number[];
  readonly toolCalls: readonly ToolCall[];
  readonly ledger: Ledger;
  readonly attempts: number;
  /** Sum of the waits that were entered; a wait that was cut short counts for what it lasted. */
  readonly waitedMs: number;
  readonly wait?: WaitingEvent;
  readonly failure?: FailedEvent;
  readonly usage?: Usage;
  readonly finishReason?: string;
  /** Monotonic times of the engine's clock. */
  readonly startedAt?: number;
  readonly firstTokenAt?: number;
  readonly endedAt?: number;
  readonly quiet: boolean;
  readonly timeline: readonly TimelineEntry[];
}

export const initialTurn: TurnState = {
  phase: 'connecting',
  model: '',
  text: '',
  reasoning: '',
  seams: [],
  toolCalls: [],
  ledger: emptyLedger,
  attempts: 0,
  waitedMs: 0,
  quiet: false,
  timeline: [],
};

export function isRunning(phase: TurnPhase): boolean {
  return (
    phase === 'connecting' ||
    phase === 'streaming' ||
    phase === 'waiting' ||
    phase === 'offline' ||
    phase === 'resuming'
  );
}

/** A turn whose process went away: what has arrived stays, and the turn says so. */
export function interrupted(state: TurnState): TurnState {
  return isRunning(state.phase) ? { ...endWait(state, undefined), phase: 'interrupted', quiet: false } : state;
}

export function reduce(state: TurnState, event: StreamEvent): TurnState {
  const ledger = enter(state.ledger, event);
  return fold(ledger === state.ledger ? state : { ...state, ledger }, event);
}

function fold(state: TurnState, event: StreamEvent): TurnState {
  switch (event.type) {
    case 'attempt':
      return {
        ...note(endWait(state, event.at), event, 'attempt', event.model),
        phase: state.text || event.why === 'resume' ? 'resuming' : 'connecting',
        // An answer that goes on may have called its tools already; one that starts again has not.
        toolCalls: event.how === 'continue' || event.how === 'prefill' ? state.toolCalls : [],
        model: event.model,
        attempts: event.attempt,
        startedAt: state.startedAt ?? event.at,
        quiet: false,
      };
    case 'headers':
      return note(state, event, 'headers', String(event.status));
    case 'text':
      return { ...firstToken(state, event), phase: 'streaming', text: state.text + event.text, quiet: false };
    case 'reasoning':
      // A restart thinks again, from the beginning.
      return {
        ...firstToken(state, event),
        phase: 'streaming',
        reasoning: state.reasoningAttempt === event.attempt ? state.reasoning + event.text : event.text,
        reasoningAttempt: event.attempt,
        quiet: false,
      };
    case 'tool-call':
      return {
        ...firstToken(state, event),
        phase: 'streaming',
        toolCalls: withPart(state.toolCalls, event),
        quiet: false,
      };
    case 'ended':
      return state;
    case 'waiting':
      return {
        // Where the same wait only goes on, one line of the timeline is enough.
        ...(state.wait?.reason === event.reason && state.wait.told === event.told
          ? endWait(state, event.at)
          : note(endWait(state, event.at), event, 'waiting', event.message)),
        phase: event.reason === 'offline' ? 'offline' : 'waiting',
        wait: event,
        quiet: false,
      };
    case 'quiet':
      return { ...state, quiet: true };
    case 'cut':
      // What follows tells: a wait, or the attempt that resumes.
      return { ...note(state, event, 'cut', event.message), quiet: false };
    case 'resumed':
      return {
        ...note(state, event, 'resumed', event.how),
        phase: 'streaming',
        seams: event.how === 'restart' ? [] : [...state.seams, event.seam],
      };
    case 'replaced':
      return { ...firstToken(state, event), phase: 'streaming', text: event.text, seams: [], quiet: false };
    case 'model':
      return { ...note(state, event, 'model', event.to), model: event.to };
    case 'usage':
      return {
        ...state,
        usage: {
          promptTokens: event.promptTokens,
          completionTokens: event.completionTokens,
          totalTokens: event.totalTokens,
        },
      };
    case 'done':
      return {
        ...end(state, event, event.finishReason),
        phase: 'done',
        text: event.text,
        finishReason: event.finishReason,
      };
    case 'stopped':
      return { ...end(state, event, ''), phase: 'stopped', text: event.text };
    case 'failed':
      return { ...end(state, event, event.message), phase: 'failed', text: event.text, failure: event };
  }
}

function withPart(calls: readonly ToolCall[], part: ToolCallEvent): readonly ToolCall[] {
  const known = calls.find(({ index }) => index === part.index);
  const call = known ?? { index: part.index, id: '', name: '', arguments: '' };
  const grown = {
    ...call,
    id: part.id ?? call.id,
    name: part.name ?? call.name,
    arguments: call.arguments + part.arguments,
  };
  return known ? calls.map((each) => (each === known ? grown : each)) : [...calls, grown];
}

function endWait(state: TurnState, at: number | undefined): TurnState {
  const { wait, ...rest } = state;
  if (!wait) return state;
  const lasted = at === undefined ? 0 : Math.max(0, at - wait.at);
  return { ...rest, waitedMs: state.waitedMs + lasted };
}

function firstToken(state: TurnState, event: StreamEvent): TurnState {
  return state.firstTokenAt === undefined
    ? { ...note(state, event, 'first-token', ''), firstTokenAt: event.at }
    : state;
}

function end(state: TurnState, event: StreamEvent, detail: string): TurnState {
  return { ...note(endWait(state, event.at), event, 'end', detail), endedAt: event.at, quiet: false };
}

function note(state: TurnState, event: StreamEvent, kind: TimelineEntry['event'], detail: string): TurnState {
  const at = event.at - (state.startedAt ?? event.at);
  return { ...state, timeline: [...state.timeline, { at, event: kind, attempt: event.attempt, detail }] };
}
