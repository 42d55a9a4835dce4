import {
  type AttemptEvent,
  type FailedEvent,
  isDelta,
  isTerminal,
  maxToolCalls,
  type ModelEvent,
  type RecordedEvent,
  type GatewayEvent,
  type GatewayRef,
  type StreamEvent,
  type ToolCallEvent,
  type Usage,
  type WaitingEvent,
} from '../events/events';
import { addToLedger, emptyLedger, type Ledger, type LedgerEntry } from './ledger';
import { addToThroughput, noThroughput, type Silence, silencesUntil, type Throughput } from './throughput';
import { sumUsage } from './usage';

/** The phase of a turn, as shown to the user. */
export type TurnPhase =
  | 'connecting'
  | 'streaming'
  | 'waiting'
  | 'offline'
  | 'resuming'
  | 'done'
  | 'stopped'
  | 'failed'
  | 'interrupted'
  | 'scheduled';

/**
 * A part of a turn. The first segment begins with the turn, and a new segment begins each time the user continues the
 * answer. All times are monotonic milliseconds of the process that ran the segment.
 */
export interface TurnSegment {
  readonly phase: TurnPhase;
  readonly ledger: Ledger;
  readonly attempts: number;
  readonly usage?: Usage | undefined;
  /** Time of the segment's first event, which is the start of an attempt or of a wait. */
  readonly startedAt?: number | undefined;
  readonly firstTokenAt?: number | undefined;
  readonly lastTokenAt?: number | undefined;
  readonly endedAt?: number | undefined;
  readonly throughput: Throughput;
  /** Silences (periods without a token) that have ended, oldest first. */
  readonly silences: readonly Silence[];
}

export interface ResumePoint {
  /** Offset in the answer at which a resumed part begins, in UTF-16 code units. */
  readonly offset: number;
  /** Localized reason why the stream broke. Absent if the answer had ended and the user continued it. */
  readonly cutMessage?: string | undefined;
  /** The models before and after the resume point. Absent if one model wrote both parts of the answer. */
  readonly models?: ContinuedModels | undefined;
}

interface ContinuedModels {
  readonly from: string;
  readonly to: string;
  /** Why the model was switched. Absent if the user selected another model and then continued the answer. */
  readonly reason?: ModelEvent['reason'] | undefined;
}

export interface ToolCall {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  /** JSON text of the arguments. The text is complete when the turn is done. */
  readonly arguments: string;
}

export interface Schedule {
  /** ID of the schedule. A prompt that is scheduled a second time gets a new ID. */
  readonly id: string;
  /**
   * Time at which the prompt will be sent, in epoch milliseconds. If absent, the prompt will be sent as soon as the
   * gateway can be reached.
   */
  readonly dueAt?: number | undefined;
  /** Time at which the prompt was scheduled, in epoch milliseconds. */
  readonly scheduledAt: number;
  /** Whether the daily budget was used up when the prompt became due. If so, the prompt is not sent automatically. */
  readonly exceedsBudget?: true | undefined;
}

export type Failure = Omit<FailedEvent, 'text'>;

/** The state of a turn, computed only from the turn's events. */
export interface TurnState extends TurnSegment {
  readonly model: string;
  readonly text: string;
  /** The model that wrote the latest text. Absent before the first text. */
  readonly textModel?: string | undefined;
  readonly reasoning: string;
  /** Number of the last attempt that has added reasoning. */
  readonly reasoningAttempt?: number;
  /** Resume points of the answer (the places where a resumed part begins), in the order of their offsets. */
  readonly resumePoints: readonly ResumePoint[];
  /** Localized reason why the last stream broke. Absent once the answer has been resumed. */
  readonly cutMessage?: string;
  readonly toolCalls: readonly ToolCall[];
  readonly switches: readonly ModelEvent[];
  /** The gateway of the current attempt. Absent before the first attempt. */
  readonly gateway?: GatewayRef;
  readonly gatewaySwitches: readonly GatewayEvent[];
  /** Earlier segments of the turn, oldest first. A new segment begins each time the user continues the answer. */
  readonly previousSegments: readonly TurnSegment[];
  /**
   * Attempts whose answers were discarded when the user restarted the answer. They are kept only to compute the cost of
   * the turn.
   */
  readonly discardedAttempts: readonly LedgerEntry[];
  readonly wait?: WaitingEvent;
  /** The schedule of the prompt. Set only in the phase `scheduled`. */
  readonly schedule?: Schedule;
  /** Whether the user has canceled the scheduled prompt. */
  readonly isUnscheduled?: true;
  readonly failure?: Failure;
  readonly finishReason?: string;
}

export const initialTurn: TurnState = {
  phase: 'connecting',
  model: '',
  text: '',
  reasoning: '',
  resumePoints: [],
  toolCalls: [],
  switches: [],
  gatewaySwitches: [],
  ledger: emptyLedger,
  previousSegments: [],
  discardedAttempts: [],
  attempts: 0,
  throughput: noThroughput,
  silences: [],
};

const runningPhases: ReadonlySet<TurnPhase> = new Set(['connecting', 'streaming', 'waiting', 'offline', 'resuming']);

export function isRunning(phase: TurnPhase): boolean {
  return runningPhases.has(phase);
}

/** Returns whether the turn waits for a retry or for the network. */
export function isWaiting(phase: TurnPhase): boolean {
  return phase === 'waiting' || phase === 'offline';
}

/** Marks a running turn as interrupted, because its window or extension host was closed or crashed. */
export function markInterrupted(state: TurnState): TurnState {
  return isRunning(state.phase) ? { ...endWait(state), phase: 'interrupted' } : state;
}

/** Returns the state of the turn after an event. The event comes from the engine or from a journal. */
export function reduceTurn(state: TurnState, event: RecordedEvent): TurnState {
  const started = state.startedAt === undefined ? { ...state, startedAt: event.at } : state;
  return applyEvent(isDelta(event) ? started : { ...started, ledger: addToLedger(state.ledger, event) }, event);
}

/**
 * Omits the text of a terminal event if the earlier events contain the same text, so that the journal stores each
 * answer only once.
 * @param state the state of the turn before the given events
 */
export function toRecordedEvents(events: readonly StreamEvent[], state: TurnState): readonly RecordedEvent[] {
  if (!events.some(isTerminal)) return events;
  let current = state;
  return events.map((event) => {
    const { text } = current;
    current = reduceTurn(current, event);
    return isTerminal(event) && event.text === text ? { ...event, text: undefined } : event;
  });
}

function applyEvent(state: TurnState, event: RecordedEvent): TurnState {
  switch (event.type) {
    case 'attempt':
      return {
        ...endWait(state),
        phase: state.text || event.why === 'resume' ? 'resuming' : 'connecting',
        // When a restarted answer begins, the tool calls are removed, because the new answer contains its own tool
        // calls.
        toolCalls: isContinuation(event) ? state.toolCalls : [],
        model: event.userModel ?? event.model,
        gateway: event.gateway,
        attempts: event.attempt,
      };
    case 'text':
      return addToken(state, event, event.text.length, state.text + event.text);
    case 'reasoning':
      return {
        ...addToken(state, event, event.text.length),
        reasoning: previousReasoning(state, event.attempt) + event.text,
        reasoningAttempt: event.attempt,
      };
    case 'tool-call':
      return { ...addToken(state, event, event.arguments.length), toolCalls: addToolCallPart(state.toolCalls, event) };
    // A `headers` event changes only the ledger, the record of attempts and waits.
    case 'headers':
      return state;
    case 'ended':
      return { ...state, silences: silencesUntil(state, event.at) };
    case 'waiting':
      return { ...state, phase: event.reason === 'offline' ? 'offline' : 'waiting', wait: event };
    case 'cut':
      // The phase does not change when a stream breaks. It changes with the event that follows, such as a wait or an
      // attempt.
      return { ...state, cutMessage: event.message };
    case 'resumed': {
      const { cutMessage, ...rest } = state;
      const models = continuedModels(state);
      const cut = cutMessage !== undefined && { cutMessage };
      const resumePoint = { offset: event.resumePoint, ...cut, ...(models && { models }) };
      const resumePoints = event.how === 'restart' ? [] : [...state.resumePoints, resumePoint];
      return { ...rest, phase: 'streaming', resumePoints };
    }
    case 'replaced':
      // This text is not added to the throughput, because the engine does not report when the parts of the text
      // arrived.
      return { ...addToken(state, event, 0, event.text), resumePoints: [] };
    case 'model':
      return { ...state, model: event.to, switches: [...state.switches, event] };
    case 'gateway':
      return { ...state, gateway: event.to, gatewaySwitches: [...state.gatewaySwitches, event] };
    case 'usage':
      return { ...state, usage: sumUsage([event]) };
    case 'done':
      return { ...endTurn(state, event.at, event.text), phase: 'done', finishReason: event.finishReason };
    case 'stopped':
      return { ...endTurn(state, event.at, event.text), phase: 'stopped' };
    case 'failed': {
      const { text, ...failure } = event;
      return { ...endTurn(state, event.at, text), phase: 'failed', failure };
    }
  }
}

function continuedModels({ textModel: from, model: to, switches }: TurnState): ContinuedModels | undefined {
  if (from === undefined || from === to) return undefined;
  const reason = switches.findLast((change) => change.from === from)?.reason;
  return { from, to, ...(reason !== undefined && { reason }) };
}

export function hasPartialAnswer({ text, reasoning, toolCalls }: TurnState): boolean {
  return text !== '' || reasoning !== '' || toolCalls.length > 0;
}

/** Returns whether the answer is being restarted while the partial answer is still displayed. */
export function isRestarting({ phase, ledger }: TurnState): boolean {
  return phase === 'resuming' && ledger.entries.at(-1)?.how === 'restart';
}

function addToolCallPart(calls: readonly ToolCall[], part: ToolCallEvent): readonly ToolCall[] {
  const existing = calls.find(({ index }) => index === part.index);
  // The engine never emits more tool calls than `maxToolCalls`, but a damaged journal can contain more.
  if (!existing && calls.length === maxToolCalls) return calls;
  const call = existing ?? { index: part.index, id: '', name: '', arguments: '' };
  const { id = call.id, name = call.name, arguments: json } = part;
  const updated = { ...call, id, name, arguments: call.arguments + json };
  return existing ? calls.map((other) => (other === existing ? updated : other)) : [...calls, updated];
}

function isContinuation({ how }: AttemptEvent): boolean {
  return how === 'continue' || how === 'prefill';
}

/**
 * Returns the reasoning with which an attempt begins. Only an attempt that continues the answer keeps the reasoning of
 * previous attempts.
 */
function previousReasoning({ reasoning, reasoningAttempt, ledger }: TurnState, attempt: number): string {
  if (reasoningAttempt === attempt) return reasoning;
  const currentEntry = ledger.entries.at(-1);
  if (!currentEntry || !isContinuation(currentEntry) || reasoning === '') return '';
  return `${reasoning}\n\n`;
}

export function endWait(state: TurnState): TurnState {
  const { wait, ...rest } = state;
  return wait ? rest : state;
}

/**
 * Adds text or a part of a tool call to the state. The state is copied only once, because this function runs for every
 * token.
 */
function addToken(state: TurnState, { at }: StreamEvent, chars: number, text = state.text): TurnState {
  return {
    ...state,
    text,
    ...(text !== state.text && state.textModel !== state.model && { textModel: state.model }),
    phase: 'streaming',
    firstTokenAt: state.firstTokenAt ?? at,
    lastTokenAt: at,
    silences: silencesUntil(state, at),
    throughput: addToThroughput(state.throughput, at - (state.startedAt ?? at), chars),
  };
}

function endTurn(state: TurnState, endedAt: number, text = state.text): TurnState {
  return { ...endWait(state), text, endedAt };
}
