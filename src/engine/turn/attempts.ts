import type { Answer, Plan } from '../answer/answer';
import { continuationMessages, knownPrefill } from '../answer/continuation';
import type { EngineDeps } from '../engine';
import type { AttemptReason, EndedEvent } from '../events';
import type { Fault } from '../faults/classify';
import { faultRows } from '../faults/faultTable';
import type { GateQueue } from '../gate/gateQueue';
import type { NetworkState } from '../gate/networkState';
import type { KnownKeys } from '../gateway/knownKeys';
import { AnswerSize, Attempt } from '../http/attempt';
import type { ChatRequest, Connection } from '../request';
import type { TurnHistory } from './turnHistory';
import type { TurnOutput } from './turnOutput';

export type KeyedConnection = Connection & { readonly apiKey: string };

/** The parts of a turn that its attempts change. */
interface TurnParts {
  readonly output: TurnOutput;
  readonly answer: Answer;
  readonly history: TurnHistory;
  readonly queue: GateQueue;
}

/** Rows of a 4xx with which a gateway may refuse the messages of a request for the rest of an answer. */
const shapeRows: ReadonlySet<number> = new Set([
  faultRows.requestRejected,
  faultRows.contextLength,
  faultRows.prefillRejected,
  faultRows.parameterInvalid,
]);

/** Makes the attempts of a turn, one after the other, and records their ends. Each is planned by the partial answer. */
export class Attempts {
  present: Attempt | undefined;
  private plan: Plan = 'replay';
  private readonly size = new AnswerSize();

  constructor(
    private readonly deps: EngineDeps,
    private readonly network: NetworkState,
    private readonly keys: KnownKeys,
    private readonly request: ChatRequest,
    private readonly turn: TurnParts,
  ) {}

  /** Whether the stream of the present attempt had begun, so that the next attempt is a resume and not a retry. */
  get resuming(): boolean {
    const { present } = this;
    return present?.isAccepted === true && (present.streamed || this.asksForRest);
  }

  start(why: AttemptReason, connection: KeyedConnection, model: string): Attempt {
    const { output, answer } = this.turn;
    const { baseUrl } = connection;
    const { messages } = this.request;
    const behavior = this.network.behaviorOf(baseUrl, model);
    const prefill = behavior.refusesPrefill ? undefined : knownPrefill(baseUrl, model);
    const plan = answer.plan(this.deps.settings().resume, prefill);
    const joins = plan === 'prefill' || plan === 'continue';
    const what = {
      connection,
      request: { ...this.request, model },
      messages: joins ? continuationMessages(messages, answer.text, plan, prefill) : messages,
      behavior,
    };
    this.keys.add(connection.apiKey);
    this.plan = plan;
    output.attempt++;
    answer.begin(plan);
    output.emit({ type: 'attempt', model, why, ...(plan !== 'replay' && { how: plan }), time: this.deps.clock.now() });
    const observer = {
      headers: (status: number, requestId: string | undefined, ms: number) => this.onHeaders(status, requestId, ms),
      quiet: (forMs: number) => output.emit({ type: 'quiet', forMs }),
    };
    this.present = new Attempt(this.deps, what, answer, observer, this.size, this.keys);
    return this.present;
  }

  /** Records the end of the present attempt. Only the first call for an attempt has an effect. */
  endPresent(how: EndedEvent['how'], fault?: Fault): void {
    const { present, turn } = this;
    turn.answer.cut();
    if (!turn.output.endAttempt(present, how, fault?.row) || !present) return;
    turn.history.idleMs += present.idleMs();
    if (present.isAccepted && this.asksForRest) turn.history.resumeOver(turn.answer.added);
  }

  /** Changes the request if the fault says how, for an attempt that is sent at once and not charged. @returns whether it has */
  repair(fault: Fault, { baseUrl }: Connection, model: string): boolean {
    const { plan } = this;
    const behavior = this.network.behaviorOf(baseUrl, model);
    if (fault.refused && !behavior.unsupportedParameters.has(fault.refused)) {
      behavior.unsupportedParameters.add(fault.refused);
      return true;
    }
    if (!shapeRows.has(fault.row) || this.present?.isAccepted !== false) return false;
    if (plan === 'prefill') behavior.refusesPrefill = true;
    else if (plan === 'continue') this.turn.answer.refuseJoins();
    return plan === 'prefill' || plan === 'continue';
  }

  /**
   * Returns whether the present attempt proves that the answer is complete: the model has added nothing to the text, or
   * has called its tools again, and this stream ended without a finish reason, too. Remembers that for the route and
   * model, unless they are known to send one.
   */
  confirmsComplete({ baseUrl }: Connection, model: string): boolean {
    const { answer } = this.turn;
    const repeatsCalls = this.plan === 'restart' && this.present?.hasCompleteToolCalls;
    if (!answer.gainedNothing && !repeatsCalls) return false;
    answer.cut();
    const behavior = this.network.behaviorOf(baseUrl, model);
    if (behavior.finishReason === 'unknown') behavior.finishReason = 'omitted';
    return true;
  }

  /** Whether the present attempt asks for the rest of a partial answer, or for all of it again. */
  private get asksForRest(): boolean {
    return this.plan !== 'replay';
  }

  private onHeaders(status: number, requestId: string | undefined, ms: number): void {
    const { output, history, queue } = this.turn;
    output.emit({ type: 'headers', status, requestId, ms });
    if (status < 200 || status > 299) return;
    queue.accepted();
    if (this.asksForRest) history.resumeStarted();
  }
}
