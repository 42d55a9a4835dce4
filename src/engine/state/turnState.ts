import {
  isTerminal,
  maxToolCalls,
  type AttemptEvent,
  type FailedEvent,
  type ModelEvent,
  type RecordedEvent,
  type ReplacedEvent,
  type StreamEvent,
  type ToolCallEvent,
  type Usage,
  type WaitingEvent,
} from '../events';
import { emptyLedger, enter, type Ledger } from './ledger';
import { addToThroughput, noThroughput, spread, type Throughput } from './throughput';

export type TurnPhase =
  'connecting' | 'streaming' | 'waiting' | 'offline' | 'resuming' | 'done' | 'stopped' | 'failed' | 'interrupted';

/**
 * What the network did from one start of a turn to its end. Times are the monotonic milliseconds of the process that
 * ran it: those of two runs can't be compared.
 */
export interface TurnRun {
  readonly phase: TurnPhase;
  readonly ledger: Ledger;
  readonly attempts: number;
  readonly usage?: Usage | undefined;
  /** Its first event, which may be a wait. */
  readonly startedAt?: number | undefined;
  readonly firstTokenAt?: number | undefined;
  readonly lastTokenAt?: number | undefined;
  readonly endedAt?: number | undefined;
  readonly throughput: Throughput;
}

/** A place where an answer was joined from parts. */
interface Seam {
  /** In the answer's text (UTF-16). */
  readonly offset: number;
  /** Why it had broken off, localised; absent where a person has gone on with an answer that was over. */
  readonly cut?: string | undefined;
}

/** A tool call as far as it has arrived. */
export interface ToolCall {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  /** JSON text; whole once the turn is done. */
  readonly arguments: string;
}

/** Another model was asked from there on. */
export type ModelSwitch = Pick<ModelEvent, 'from' | 'to' | 'reason'>;

export type Failure = Omit<FailedEvent, 'text'>;

/** What is shown of a turn: a pure fold over its events. */
export interface TurnState extends TurnRun {
  readonly model: string;
  readonly text: string;
  readonly reasoning: string;
  /** The attempt that `reasoning` is of; where it went on with what was there, the last one. */
  readonly reasoningAttempt?: number;
  /** By ascending offset. */
  readonly seams: readonly Seam[];
  /** Why the answer broke off, until it has gone on from there. */
  readonly cut?: string;
  readonly toolCalls: readonly ToolCall[];
  /** In their order. */
  readonly switches: readonly ModelSwitch[];
  /** What the network did before a person went on with the answer; oldest first. */
  readonly earlier: readonly TurnRun[];
  readonly wait?: WaitingEvent;
  /** The failure without its text, which is the `text` of this state. */
  readonly failure?: Failure;
  readonly finishReason?: string;
  readonly quiet: boolean;
  /** Monotonic; when it last became quiet, nothing had arrived since. */
  readonly quietSince?: number;
}

export const initialTurn: TurnState = {
  phase: 'connecting',
  model: '',
  text: '',
  reasoning: '',
  seams: [],
  toolCalls: [],
  switches: [],
  ledger: emptyLedger,
  earlier: [],
  attempts: 0,
  throughput: noThroughput,
  quiet: false,
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
  return isRunning(state.phase) ? { ...endWait(state), phase: 'interrupted', quiet: false } : state;
}

/** @param event from the engine, or as it was recorded */
export function reduce(state: TurnState, event: RecordedEvent): TurnState {
  const ledger = enter(state.ledger, event);
  const started = state.startedAt === undefined ? { ...state, startedAt: event.at } : state;
  return fold(ledger === state.ledger ? started : { ...started, ledger }, event);
}

/**
 * Returns the events in the form in which they are recorded: a terminal event repeats no text that earlier events have,
 * so a long answer is in them only once. Folding them from `state` gives the same result.
 */
export function recorded(events: readonly StreamEvent[], state: TurnState): readonly RecordedEvent[] {
  if (!events.some(isTerminal)) return events;
  let before = state;
  return events.map((event) => {
    const { text } = before;
    before = reduce(before, event);
    return isTerminal(event) && event.text === text ? { ...event, text: undefined } : event;
  });
}

function fold(state: TurnState, event: RecordedEvent): TurnState {
  switch (event.type) {
    case 'attempt':
      return {
        ...endWait(state),
        phase: state.text || event.why === 'resume' ? 'resuming' : 'connecting',
        // An answer that goes on may have called its tools already; one that starts again has not.
        toolCalls: joins(event) ? state.toolCalls : [],
        model: event.model,
        attempts: event.attempt,
        quiet: false,
      };
    case 'text':
      return token(state, event, event.text.length, state.text + event.text);
    case 'reasoning':
      return {
        ...token(state, event, event.text.length),
        reasoning: thoughtsBefore(state, event.attempt) + event.text,
        reasoningAttempt: event.attempt,
      };
    case 'tool-call':
      return {
        ...token(state, event, event.arguments.length),
        toolCalls: withPart(state.toolCalls, event),
      };
    case 'headers':
    case 'ended':
      // For the ledger.
      return state;
    case 'waiting':
      return {
        ...state,
        phase: event.reason === 'offline' ? 'offline' : 'waiting',
        wait: event,
        quiet: false,
      };
    case 'quiet':
      return { ...state, quiet: true, quietSince: event.at - event.forMs };
    case 'cut':
      // What follows tells: a wait, or the attempt that resumes.
      return { ...state, cut: event.message, quiet: false };
    case 'resumed': {
      const { cut, ...rest } = state;
      const seam = { offset: event.seam, ...(cut !== undefined && { cut }) };
      return { ...rest, phase: 'streaming', seams: event.how === 'restart' ? [] : [...state.seams, seam] };
    }
    case 'replaced':
      return { ...token(state, event, 0, event.text), throughput: overtaken(state, event), seams: [] };
    case 'model':
      return {
        ...state,
        model: event.to,
        switches: [...state.switches, { from: event.from, to: event.to, reason: event.reason }],
      };
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
        ...end(state, event),
        phase: 'done',
        text: event.text ?? state.text,
        finishReason: event.finishReason,
      };
    case 'stopped':
      return { ...end(state, event), phase: 'stopped', text: event.text ?? state.text };
    case 'failed': {
      const { text = state.text, ...failure } = event;
      return { ...end(state, event), phase: 'failed', text, failure };
    }
  }
}

/** A part of an answer is there, be it a thought. */
export function hasArrived({ text, reasoning, toolCalls }: TurnState): boolean {
  return text !== '' || reasoning !== '' || toolCalls.length > 0;
}

/** The answer is being written anew, beside what there is of it. */
export function startsAgain({ phase, ledger }: TurnState): boolean {
  return phase === 'resuming' && ledger.entries.at(-1)?.how === 'restart';
}

function withPart(calls: readonly ToolCall[], part: ToolCallEvent): readonly ToolCall[] {
  const known = calls.find(({ index }) => index === part.index);
  // The engine sends at most this many calls, but an old or damaged journal may have more.
  if (!known && calls.length === maxToolCalls) return calls;
  const call = known ?? { index: part.index, id: '', name: '', arguments: '' };
  const grown = {
    ...call,
    id: part.id ?? call.id,
    name: part.name ?? call.name,
    arguments: call.arguments + part.arguments,
  };
  return known ? calls.map((each) => (each === known ? grown : each)) : [...calls, grown];
}

/** It asks for the rest of what is there, not for all of it again. */
function joins({ how }: Pick<AttemptEvent, 'how'>): boolean {
  return how === 'continue' || how === 'prefill';
}

/** What the thoughts of `attempt` go on from: a restart thinks again, from the beginning. */
function thoughtsBefore({ reasoning, reasoningAttempt, ledger }: TurnState, attempt: number): string {
  if (reasoningAttempt === attempt) return reasoning;
  const present = ledger.entries.at(-1);
  if (!present || !joins(present) || reasoning === '') return '';
  // What was thought before is whole: the text after it had begun.
  return `${reasoning}\n\n`;
}

function endWait(state: TurnState): TurnState {
  const { wait, ...rest } = state;
  return wait ? rest : state;
}

/** One copy of the state: this is what a token costs. */
function token(state: TurnState, { at }: StreamEvent, chars: number, text = state.text): TurnState {
  return {
    ...state,
    text,
    phase: 'streaming',
    firstTokenAt: state.firstTokenAt ?? at,
    lastTokenAt: at,
    throughput: addToThroughput(state.throughput, at - (state.startedAt ?? at), chars),
    quiet: false,
  };
}

/** The new answer has come in unseen since its attempt was answered; when each word of it came is not told. */
function overtaken({ throughput, ledger, startedAt }: TurnState, { at, text }: ReplacedEvent): Throughput {
  const present = ledger.entries.at(-1);
  const since = present ? present.at + (present.headersMs ?? 0) : at;
  return spread(throughput, since - (startedAt ?? at), at - (startedAt ?? at), text.length);
}

function end(state: TurnState, event: RecordedEvent): TurnState {
  return { ...endWait(state), endedAt: event.at, quiet: false };
}

/** Returns all runs of an answer, oldest first. The last one is the present run. */
export function runsOf(state: TurnState): readonly TurnRun[] {
  return [...state.earlier, state];
}

/** Returns the earlier runs of an answer that the user continues manually. */
export function runsSoFar(state: TurnState): readonly TurnRun[] {
  if (state.startedAt === undefined) return state.earlier;
  const { phase, ledger, attempts, usage, startedAt, firstTokenAt, lastTokenAt, endedAt, throughput } = state;
  const run = { phase, ledger, attempts, usage, startedAt, firstTokenAt, lastTokenAt, endedAt, throughput };
  return [...state.earlier, run];
}

/** Epoch milliseconds of a monotonic time of the present run; undefined while nothing tells. */
export function epochOf(
  { ledger, wait }: { readonly ledger: Ledger; readonly wait?: WaitingEvent },
  at: number,
): number | undefined {
  // The nearest one: the monotonic clock may stand still while the machine sleeps.
  const entry = ledger.entries.findLast((each) => each.at <= at) ?? ledger.entries[0];
  if (entry) return entry.time + (at - entry.at);
  return wait && wait.until - wait.delayMs + (at - wait.at);
}

/** The monotonic time of the present run at `epoch`; undefined while nothing tells. */
export function monotonicOf(
  { ledger, wait }: { readonly ledger: Ledger; readonly wait?: WaitingEvent },
  epoch: number,
): number | undefined {
  const entry = ledger.entries.at(-1);
  if (entry) return entry.at + (epoch - entry.time);
  return wait && wait.at + (epoch - (wait.until - wait.delayMs));
}

/** When it ended; of one that runs, or was interrupted, the last that is known of it. */
export function lastKnownAt(run: TurnRun): number {
  const { startedAt = 0, lastTokenAt = startedAt, endedAt, ledger } = run;
  if (endedAt !== undefined) return endedAt;
  const { entries, waits } = ledger;
  const ends = entries.map(({ at, headersMs = 0, ended }) => at + (ended?.ms ?? headersMs));
  return Math.max(startedAt, lastTokenAt, ...ends, ...waits.map(({ at, waitedMs = 0 }) => at + waitedMs));
}
