import type { EngineDeps } from '../engine';
import type { AttemptTrigger, EndedEvent, Usage } from '../events/events';
import { classify, faultOfRow, type Evidence, type Fault } from '../faults/classify';
import type { FaultName } from '../faults/faultTable';
import type { CorrectableParameter } from '../faults/providerError';
import { hostOf, isLoopbackUrl } from '../gateway/baseUrl';
import type { Gateway } from '../gateway/gateway';
import { Attempt } from '../http/attempt';
import { ReceivedSize } from '../http/receivedSize';
import { requestBody, type ModelRequest } from '../http/transport';
import { factsOf } from '../models/modelFacts';
import { modelParameters } from '../models/modelParameters';
import { factsWithEffort, learnRefusal, reasoningFields } from '../models/reasoningFields';
import { hasPart, type ChatRequest, type ReasoningEffort } from '../request';
import type { Progress } from '../retry/decide';
import { cacheSaving, estimateCost, sumUsage } from '../state/usage';
import { withCacheMarks } from '../text/cacheMarks';
import { continuationMessages, prefillOf } from '../text/continuation';
import { estimateMessages, exceededContext } from '../text/tokenEstimate';
import type { Admission } from './admission';
import { isContinuation, type Answer, type RequestMode } from './answer';
import type { TurnHistory } from '../retry/turnHistory';
import type { TurnOutput } from './turnOutput';
import { refOf, type TurnGateways } from './turnGateways';

/**
 * Faults of a response with which a gateway might have rejected the form of the messages, for example a list of parts or
 * a continuation. The engine then sends another form.
 */
const messageRejectionRows: ReadonlySet<FaultName> = new Set([
  'requestRejected',
  'contextLength',
  'prefillRejected',
  'parameterInvalid',
  'imagesRefused',
]);

/**
 * Matches error messages that require a string, such as `Input should be a valid string`. Messages about the content of
 * a string don't match, such as `String should match pattern` for the name of a tool.
 */
const requiresString = /\bstring\b(?! (?:should|does|too|that|with)\b)/i;

/** Maximum number of corrected requests in a turn. All known gateways accept a request after fewer corrections. */
const maxCorrections = 12;

export class Attempts {
  /** The current attempt. Undefined between two attempts. After the end of the turn, the last attempt. */
  current: Attempt | undefined;
  private requestMode: RequestMode = 'original';
  /** The reasoning effort in the current attempt's request. */
  private effort: ReasoningEffort | undefined;
  /** The request of the current attempt, without the API key. */
  private sentRequest: ModelRequest | undefined;
  /**
   * Parameters that the current attempt's request omits, because it was known that the gateway does not support them.
   */
  private omittedParameters: ModelRequest['behavior']['unsupportedParameters'] = new Set();
  /** The gateway of the current attempt. */
  private gateway: Gateway | undefined;
  private corrections = 0;
  private usage: Usage | undefined;
  private readonly size = new ReceivedSize();

  constructor(
    private readonly deps: EngineDeps,
    private readonly request: ChatRequest,
    private readonly output: TurnOutput,
    private readonly answer: Answer,
    private readonly history: TurnHistory,
    private readonly admission: Admission,
    private readonly gateways: TurnGateways,
  ) {}

  /**
   * Progress of the answer. `isResuming` is true if the gateway has accepted the current attempt, and this attempt
   * either has received a part of the answer or resumes a partial answer.
   */
  get progress(): Progress {
    const { current, answer } = this;
    return {
      isResuming: current?.isAccepted === true && (this.hasStarted || this.isResume),
      hasText: answer.text !== '',
      isContinuable: answer.isContinuable(this.deps.settings(this.history.model).resume),
    };
  }

  get canHaveMoreRoom(): boolean {
    const { sentRequest } = this;
    if (!sentRequest) return false;
    const request = { ...this.request, model: sentRequest.request.model, moreRoom: true };
    return modelParameters(request, sentRequest.facts).maxTokens !== sentRequest.request.maxTokens;
  }

  /** Starts an attempt. If there is a partial answer, the attempt resumes it. */
  start(trigger: AttemptTrigger, gateway: Gateway): Attempt {
    const { output, answer, deps, gateways } = this;
    gateways.announceModelAt(gateway);
    const { answeringModel: model, hasOtherGateway, canSwitch: canSwitchGateway } = gateways;
    const { name: sentModel } = gateways.modelAt(gateway);
    const key = gateways.keyOf(gateway);
    const { messages } = this.request;
    const { id: baseUrl } = gateway;
    const behavior = gateways.stateOf(gateway).behavior(sentModel);
    const prefill = behavior.refusesPrefill || !answer.isStarted ? undefined : prefillOf(baseUrl, sentModel);
    const { resume, timeout } = deps.settings(this.history.model);
    const requestMode = answer.chooseRequestMode(resume, prefill);
    const knownFacts = deps.facts ? deps.facts({ model, sentModel, baseUrl }) : factsOf(sentModel);
    const target = {
      baseUrl,
      model: sentModel,
      facts: knownFacts,
      learned: behavior.efforts,
      maxTokens: this.request.maxTokens,
    };
    const { fields: reasoning, effort, refusedEffort } = reasoningFields(this.request.reasoningEffort, target);
    const facts = factsWithEffort(knownFacts, effort);
    // The cache key is sent only to OpenAI, because other gateways might refuse it.
    const cacheKey = hostOf(baseUrl) === 'api.openai.com' ? this.request.cacheKey : undefined;
    const request = { ...this.request, model: sentModel, cacheKey };
    const caching = behavior.unsupportedParameters.has('cache_control') ? undefined : facts?.caching;
    const sentRequest: ModelRequest = {
      request: { ...request, ...modelParameters(request, facts) },
      behavior,
      facts,
      reasoning,
      messages: withCacheMarks(
        isContinuation(requestMode) ? continuationMessages(messages, answer.text, requestMode, prefill) : messages,
        caching,
      ),
    };
    this.sentRequest = sentRequest;
    this.effort = effort;
    this.omittedParameters = new Set(behavior.unsupportedParameters);
    this.gateway = gateway;
    if (key !== undefined) deps.keys.add(key);
    this.requestMode = requestMode;
    output.attempt++;
    const cutAtTokens = exceededContext(messages, facts);
    answer.startAttempt(requestMode);
    output.emit({
      type: 'attempt',
      model: sentModel,
      ...(sentModel !== model && { userModel: model }),
      gateway: refOf(gateway),
      ...(hasOtherGateway && { hasOtherGateway: true as const }),
      ...(effort !== undefined && { effort }),
      ...(refusedEffort !== undefined && { refusedEffort }),
      ...(this.omittedParameters.size > 0 && { unsupportedParameters: [...this.omittedParameters].join(', ') }),
      why: trigger,
      ...(requestMode !== 'original' && { how: requestMode }),
      ...(cutAtTokens !== undefined && { cutAtTokens }),
      time: deps.clock.now(),
    });
    const reportHeaders = (status: number, requestId: string | undefined, ms: number): void => {
      output.emit({ type: 'headers', status, requestId, ms });
      if (!this.current?.isAccepted) return;
      this.admission.accepted();
      if (this.isResume) this.history.resumes.start();
    };
    const attemptRequest = { ...sentRequest, baseUrl, key, timeout, canSwitchGateway };
    this.current = new Attempt(deps, attemptRequest, answer, reportHeaders, this.size);
    return this.current;
  }

  /**
   * Returns the fault of the current attempt. If the gateway rejected the API key although the request had none, the
   * fault is a missing key.
   */
  classify(evidence: Evidence): Fault {
    const hasImages = hasPart(this.sentRequest?.messages ?? [], 'image');
    const fault = classify(evidence, this.deps.clock.now(), hasImages);
    const isKeyless = this.gateway && this.gateways.keyOf(this.gateway) === undefined;
    return fault.row === 'keyRejected' && isKeyless ? faultOfRow('noKey') : fault;
  }

  /**
   * Ends the current attempt, and emits its result and usage.
   * @returns false if there is no attempt or the attempt has already ended
   */
  end(outcome: EndedEvent['how'], fault?: Fault): boolean {
    const { current, answer, history, output } = this;
    current?.abandon();
    answer.endAttempt();
    if (outcome === 'finished' || outcome === 'stopped') answer.release();
    const stats = current?.takeStats();
    if (!current || !stats) return false;
    const { usage, receivedTokens, ...otherStats } = stats;
    const { totalTokens: tokens, ...counts }: Partial<Usage> = usage ?? {};
    const estimatedCost = this.estimatedCostOf(usage, receivedTokens);
    const currency = this.gateway?.currency;
    const spent = {
      ...counts,
      estimatedCost,
      cacheSaving: usage && cacheSaving(this.sentRequest?.facts?.price, usage),
      currency: (usage?.cost ?? estimatedCost) === undefined ? undefined : currency,
    };
    output.emit({ type: 'ended', how: outcome, row: fault?.row, tokens, ...spent, ...otherStats });
    if (usage) {
      const reported = usage.cost === undefined ? usage : { ...usage, currency };
      this.usage = this.usage ? sumUsage([this.usage, reported]) : reported;
      output.emit({ type: 'usage', ...this.usage });
    }
    if (this.hasStarted) history.recordProgress();
    history.idleMs += current.idleMs();
    if (current.isAccepted && this.isResume) history.resumes.settle(answer.addedChars);
    return true;
  }

  /**
   * Returns the estimated cost of the current attempt. Without reported usage, for instance because the stream broke,
   * the tokens are estimated from the text. A response without text and usage costs nothing. A gateway on this computer
   * that needs no API key, such as Ollama, charges nothing unless the user has set a price.
   */
  private estimatedCostOf(usage: Usage | undefined, receivedTokens: number): number | undefined {
    const { current, gateway, sentRequest } = this;
    if (!sentRequest || usage?.cost !== undefined || !current?.isAccepted) return undefined;
    const price = sentRequest.facts?.price;
    if (!price) return gateway && isLoopbackUrl(gateway.id) && !this.gateways.keyOf(gateway) ? 0 : undefined;
    if (usage && usage.promptTokens + usage.completionTokens > 0) return estimateCost(price, usage);
    if (!current.hasStreamed) return undefined;
    const promptTokens = estimateMessages(sentRequest.messages);
    return estimateCost(price, { promptTokens, completionTokens: Math.ceil(receivedTokens) });
  }

  /**
   * If the fault shows what the gateway rejects, changes the next request so that the gateway accepts it. This
   * corrected request is sent without a delay and is not a retry.
   * @returns whether the next request will be corrected
   */
  correctRequest(fault: Fault): boolean {
    if (this.corrections >= maxCorrections || !this.avoidRejection(fault)) return false;
    this.corrections++;
    return true;
  }

  private avoidRejection({ row, unsupportedParameter, detail }: Fault): boolean {
    const { sentRequest, requestMode } = this;
    if (!sentRequest || !this.current) return false;
    if (unsupportedParameter && this.avoidParameter(sentRequest, unsupportedParameter, detail)) return true;
    if (messageRejectionRows.has(row) && requiresString.test(detail) && this.avoidParts(sentRequest)) return true;
    if (!isContinuation(requestMode) || !messageRejectionRows.has(row) || this.current.isAccepted) return false;
    if (requestMode === 'prefill') sentRequest.behavior.refusesPrefill = true;
    else this.answer.continuationsRejected = true;
    return true;
  }

  /**
   * Removes a parameter from the next request, because the gateway refuses it. Returns false if the request did not
   * contain the parameter, or if the parameter comes from the user's `extraBody`.
   */
  private avoidParameter(
    { request, messages, behavior, facts, reasoning = {} }: ModelRequest,
    parameter: CorrectableParameter,
    detail: string,
  ): boolean {
    if (Object.hasOwn(facts?.extraBody ?? {}, parameter)) return false;
    if (this.effort && learnRefusal(behavior.efforts, reasoning, this.effort, { parameter, detail })) return true;
    const sentParameters = Object.keys(requestBody(request, [], this.omittedParameters));
    const isSentInMessages = parameter === 'cache_control' && hasPart(messages, 'cacheMark');
    if (!isSentInMessages && !sentParameters.includes(parameter)) return false;
    behavior.unsupportedParameters.add(parameter);
    return true;
  }

  /**
   * From the next request on, sends texts as strings, because the gateway accepts no content parts, for example in
   * system messages. Only cache marks need texts as parts. Returns false if the request contained its texts as strings.
   */
  private avoidParts({ behavior, facts }: ModelRequest): boolean {
    if (facts?.caching !== 'explicit' || this.omittedParameters.has('cache_control')) return false;
    behavior.unsupportedParameters.add('cache_control');
    return true;
  }

  /**
   * Returns whether the answer is complete although no finish reason has arrived: a continuation has added nothing, or
   * a restart has received complete tool calls. If the model has never sent a finish reason, its later answers need
   * none.
   */
  confirmsComplete(): boolean {
    const { answer, sentRequest, requestMode, current } = this;
    const repeatsCalls = requestMode === 'restart' && current?.hasCompleteToolCalls;
    if (!answer.addedNothing && !repeatsCalls) return false;
    answer.endAttempt();
    if (sentRequest?.behavior.finishReason === 'unknown') sentRequest.behavior.finishReason = 'omitted';
    return true;
  }

  /** Whether the current attempt has received a part of the answer, and the answer can be resumed. */
  get hasStarted(): boolean {
    return this.current?.hasStreamed === true && this.answer.isStarted;
  }

  /** Whether the current attempt resumes a partial answer, by a continuation or a restart. */
  private get isResume(): boolean {
    return this.requestMode !== 'original';
  }
}
