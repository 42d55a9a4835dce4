import type { Answer, RequestMode } from './answer';
import { continuationMessages, prefillOf } from '../text/continuation';
import type { EngineDeps } from '../engine';
import type { AttemptTrigger, EndedEvent } from '../events';
import type { Fault } from '../faults/classify';
import type { FaultName } from '../faults/faultTable';
import type { TurnPermit } from './turnPermit';
import type { NetworkState } from '../gate/networkState';
import { originOf } from '../gateway/baseUrl';
import type { KeyRedactor } from '../gateway/keyRedactor';
import { AnswerSize, Attempt } from '../http/attempt';
import { requestBody } from '../http/transport';
import { factsOf } from '../models/modelFacts';
import { modelParameters } from '../models/modelParameters';
import type { ChatRequest, Connection, Route } from '../request';
import type { TurnHistory } from './turnHistory';
import type { TurnOutput } from './turnOutput';

/** The members of a turn that its attempts read and change. */
interface TurnParts {
  readonly output: TurnOutput;
  readonly answer: Answer;
  readonly history: TurnHistory;
  readonly permit: TurnPermit;
}

/** Fault rows (4xx responses) that may mean that the gateway rejects the messages of a resume request. */
const messageRejectionRows: ReadonlySet<FaultName> = new Set<FaultName>([
  'requestRejected',
  'contextLength',
  'prefillRejected',
  'parameterInvalid',
]);

/** Makes the attempts of a turn, one after the other, and records how they end. */
export class Attempts {
  current: Attempt | undefined;
  /** Whether the current attempt would send another token limit if it were to have more room. */
  canHaveMoreRoom = false;
  private mode: RequestMode = 'original';
  /** Names of the parameters that the current attempt has sent. */
  private sentParameters: readonly string[] = [];
  private readonly size = new AnswerSize();

  constructor(
    private readonly deps: EngineDeps,
    private readonly network: NetworkState,
    private readonly keys: KeyRedactor,
    private readonly request: ChatRequest,
    private readonly turn: TurnParts,
  ) {}

  /**
   * Whether the gateway accepted the current attempt, and the attempt received a part of the answer or resumed one. The
   * next attempt is then a resume and not a retry.
   */
  get isResuming(): boolean {
    const { current } = this;
    return current?.isAccepted === true && (current.hasStreamed || this.isResume);
  }

  /**
   * Sends the next attempt. The attempt resumes the partial answer, if there is one, and otherwise asks for a new
   * answer.
   * @param distinguishingUrl base URL of the route if another route has the same host
   */
  start(trigger: AttemptTrigger, route: Route, model: string, distinguishingUrl?: string): Attempt {
    const { output, answer } = this.turn;
    const { baseUrl } = route;
    const { messages } = this.request;
    const behavior = this.network.behaviorOf(baseUrl, model);
    const prefill = behavior.refusesPrefill ? undefined : prefillOf(baseUrl, model);
    const mode = answer.requestMode(this.deps.settings().resume, prefill);
    const isContinuation = mode === 'prefill' || mode === 'continue';
    const facts = (this.deps.facts ?? factsOf)(model);
    const request = { ...this.request, model };
    const parameters = modelParameters(request, facts);
    const roomyParameters = modelParameters({ ...request, moreRoom: true }, facts);
    this.canHaveMoreRoom = roomyParameters.maxTokens !== parameters.maxTokens;
    const attemptRequest = {
      connection: route,
      request: { ...request, ...parameters },
      messages: isContinuation ? continuationMessages(messages, answer.text, mode, prefill) : messages,
      behavior,
      facts,
    };
    this.sentParameters = Object.keys(requestBody(attemptRequest.request, [], behavior.unsupportedParameters));
    this.keys.add(route.apiKey);
    this.mode = mode;
    output.attempt++;
    answer.startAttempt(mode);
    const method = mode !== 'original' && { how: mode };
    const named = {
      origin: originOf(baseUrl),
      ...(distinguishingUrl !== undefined && { baseUrl: distinguishingUrl }),
    };
    output.emit({ type: 'attempt', model, ...named, why: trigger, ...method, time: this.deps.clock.now() });
    const observer = {
      headers: (status: number, requestId: string | undefined, ms: number) => this.onHeaders(status, requestId, ms),
      quiet: (forMs: number) => output.emit({ type: 'quiet', forMs }),
    };
    this.current = new Attempt(this.deps, attemptRequest, answer, observer, this.size, this.keys);
    return this.current;
  }

  /** Records the end of the current attempt. Only the first call for an attempt has an effect. */
  endCurrent(outcome: EndedEvent['how'], fault?: Fault): void {
    const { current, turn } = this;
    turn.answer.endAttempt();
    if (!turn.output.endAttempt(current, outcome, fault?.row) || !current) return;
    turn.history.idleMs += current.idleMs();
    if (current.isAccepted && this.isResume) turn.history.recordResumeEnd(turn.answer.addedChars);
  }

  /**
   * Changes the request so that it avoids the fault, if the fault shows what the gateway rejects. The next attempt is
   * then sent immediately and does not count as a retry.
   * @returns whether the request has been changed
   */
  correctRequest(fault: Fault, { baseUrl }: Connection, model: string): boolean {
    const { mode } = this;
    const behavior = this.network.behaviorOf(baseUrl, model);
    if (fault.unsupportedParameter && this.sentParameters.includes(fault.unsupportedParameter)) {
      behavior.unsupportedParameters.add(fault.unsupportedParameter);
      return true;
    }
    if (!messageRejectionRows.has(fault.row) || this.current?.isAccepted !== false) return false;
    if (mode === 'prefill') behavior.refusesPrefill = true;
    else if (mode === 'continue') this.turn.answer.markContinuationsRejected();
    return mode === 'prefill' || mode === 'continue';
  }

  /**
   * Returns whether the answer is complete although the stream of the current attempt ended without a finish reason:
   * the continuation added nothing, or the restarted answer contains complete tool calls again. If so, a missing finish
   * reason is from then on accepted from this model on this route, unless the model has sent finish reasons before.
   */
  confirmsComplete({ baseUrl }: Connection, model: string): boolean {
    const { answer } = this.turn;
    const repeatsCalls = this.mode === 'restart' && this.current?.hasCompleteToolCalls;
    if (!answer.addedNothing && !repeatsCalls) return false;
    answer.endAttempt();
    const behavior = this.network.behaviorOf(baseUrl, model);
    if (behavior.finishReason === 'unknown') behavior.finishReason = 'omitted';
    return true;
  }

  /** Whether the current attempt resumes a partial answer, by a continuation or a restart. */
  private get isResume(): boolean {
    return this.mode !== 'original';
  }

  private onHeaders(status: number, requestId: string | undefined, ms: number): void {
    const { output, history, permit } = this.turn;
    output.emit({ type: 'headers', status, requestId, ms });
    if (status < 200 || status > 299) return;
    permit.reportAccepted();
    if (this.isResume) history.recordResumeStart();
  }
}
