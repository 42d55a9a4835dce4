import type { ModelFacts } from '../../engine/models/modelFacts';
import { estimateTokens } from '../../engine/text/tokenEstimate';
import type { ContextPart, ContextUse } from '../../shared/protocol';
import type { Connections } from '../connection/connections';
import type { DemoMode } from '../connection/demoMode';
import { isFinished, type Exchange } from '../journal/exchange';
import type { ExchangeTree } from '../journal/exchangeTree';
import type { ModelCatalog } from '../models/modelCatalog';
import type { Conversation } from './conversation';
import { summaryMessages } from './summaryPrompt';

/** The next request, without its prompt. */
interface NextRequest {
  readonly model: string;
  readonly systemPrompt: string;
  /** Estimated tokens of its context items. */
  readonly attachmentTokens: number;
  /** Tokens that the prompt of a request may have, see `promptWindow`. */
  readonly windowTokens: number;
}

interface ContextUseDeps {
  readonly connections: Pick<Connections, 'requestDefaults'>;
  readonly catalog: Pick<ModelCatalog, 'factsOf'>;
  readonly demo: Pick<DemoMode, 'answers'>;
}

/** The draft of a panel. */
type Draft = Partial<Pick<NextRequest, 'attachmentTokens'>> & {
  /** By default, the selected model. */
  readonly model?: string | undefined;
};

/** Tokens that a gateway has counted for a request with its answer, and the estimate for the same text. */
interface Count {
  readonly exchange: Exchange;
  readonly counted: number;
  readonly estimated: number;
}

/**
 * A count that is believed is in this proportion to the estimate. Long runs of spaces have few tokens and scripts of South
 * Asia many. A gateway that counts still less counts only a part, and more may be a system prompt that the gateway adds.
 */
const calibrations = { min: 0.3, max: 3 } as const;
/** In a shorter text, the tokens around each message would distort the proportion. */
const minCalibrationTokens = 200;

/** How many answers of the model are searched for a count, because some gateways report only useless ones. */
const maxSearched = 5;

/** By exchange, because the exchanges of a long conversation are estimated again and again. */
const turnTokens = new WeakMap<Exchange, number>();

/** Estimates the tokens of an exchange in a later request, without the calibration. */
export function estimateTurnTokens(exchange: Exchange): number {
  const { content, prompt, state } = exchange;
  const tokens = turnTokens.get(exchange) ?? estimateTokens(content ?? prompt) + estimateTokens(state.text);
  turnTokens.set(exchange, tokens);
  return tokens;
}

/**
 * Returns the tokens that the prompt of a request may have, with all that precedes it. The room for the answer is not
 * subtracted, because users know a model by its context window, and are warned before that room is used up.
 */
function promptWindow({ contextWindow, maxInput }: ModelFacts = {}): number | undefined {
  const window = Math.min(contextWindow ?? Infinity, maxInput ?? Infinity);
  return Number.isFinite(window) ? window : undefined;
}

export type ContextUseOf = ReturnType<typeof createContextUse>;

/**
 * Creates the function that estimates how much of the context the next request of a conversation fills. It returns
 * undefined if the context window is unknown, and in the demo, whose models have none.
 */
export function createContextUse({ connections, catalog, demo }: ContextUseDeps) {
  return (conversation: Conversation, { model, attachmentTokens = 0 }: Draft = {}): ContextUse | undefined => {
    if (demo.answers(conversation)) return undefined;
    const { systemPrompt, ...selected } = connections.requestDefaults(false);
    const next = { model: model ?? selected.model, systemPrompt, attachmentTokens };
    const windowTokens = promptWindow(catalog.factsOf(next.model));
    return windowTokens === undefined ? undefined : contextUse(conversation.tree, { ...next, windowTokens });
  };
}

/**
 * Estimates what fills the context of the next request. Its base is the last count of a gateway, if the same model
 * answered and nothing before that answer has changed since; what is new since then is estimated. The proportion between
 * that count and our estimate calibrates the estimates. It is found in the conversation each time, because texts and models
 * differ between conversations, and because the journal keeps the counts over a reload.
 */
export function contextUse(tree: ExchangeTree, next: NextRequest): ContextUse {
  const systemTokens = estimateTokens(next.systemPrompt);
  const { summary, exchanges } = tree.preceding();
  const sent = exchanges.filter(isSent);
  const last = lastCount(tree, next, systemTokens);
  const calibration = last ? calibrationOf(last) : 1;
  const calibrated = (tokens: number): number => Math.round(tokens * calibration);
  const system = calibrated(systemTokens);
  const summaryTokens = calibrated(estimateSummary(summary));
  const base = last ? sent.indexOf(last.exchange) : -1;
  const countedTurns = last && base >= 0 ? Math.max(0, last.counted - system - summaryTokens) : 0;
  const turns = countedTurns + calibrated(estimateTurns(sent.slice(base + 1)));
  const parts: readonly ContextPart[] = [
    { kind: 'system', tokens: system },
    { kind: 'summary', tokens: summaryTokens },
    { kind: 'turns', tokens: turns },
    { kind: 'attachments', tokens: calibrated(next.attachmentTokens) },
  ];
  return { windowTokens: next.windowTokens, parts: parts.filter(({ tokens }) => tokens > 0), calibration };
}

/** Returns the newest believable count of the model, if a request would contain the counted text again. */
function lastCount(tree: ExchangeTree, next: NextRequest, systemTokens: number): Count | undefined {
  const answers = tree.path().filter(({ state }) => state.model === next.model);
  for (const exchange of answers.slice(-maxSearched).reverse()) {
    const usage = exchange.state.ledger.entries.at(-1)?.ended;
    const { promptTokens = 0, completionTokens = 0, reasoningTokens = 0 } = usage ?? {};
    // The reasoning is not sent again.
    const counted = promptTokens + Math.max(0, completionTokens - reasoningTokens);
    if (promptTokens === 0 || counted > next.windowTokens) continue;
    const preceding = tree.preceding(exchange.id);
    const turns = [...preceding.exchanges.filter(isSent), exchange];
    const estimated = systemTokens + estimateSummary(preceding.summary) + estimateTurns(turns);
    if (counted >= estimated * calibrations.min && isUnchanged(tree, exchange, preceding))
      return { exchange, counted, estimated };
  }
  return undefined;
}

/** Whether the exchanges before an exchange, and their summary, are still those that its last attempt has sent. */
function isUnchanged(
  tree: ExchangeTree,
  exchange: Exchange,
  preceding: ReturnType<ExchangeTree['preceding']>,
): boolean {
  const { summary, exchanges } = preceding;
  const earlier = summary ? [summary, ...exchanges] : exchanges;
  if (earlier.some((other) => sentAt(other) > sentAt(exchange))) return false;
  const ids = new Set(['', ...tree.ancestors(exchange.id).map(({ id }) => id)]);
  // The attempt may have sent a summary that the user has undone since.
  return !tree.all().some(({ isUndone, summarizes }) => isUndone && summarizes !== undefined && ids.has(summarizes));
}

function calibrationOf({ counted, estimated }: Count): number {
  const ratio = counted / estimated;
  return estimated < minCalibrationTokens || ratio > calibrations.max ? 1 : ratio;
}

/** Whether a later request contains the exchange. One whose turn has not ended yet is about to have an answer. */
function isSent(exchange: Exchange): boolean {
  return exchange.demo !== true && (exchange.state.text !== '' || !isFinished(exchange));
}

/** Epoch milliseconds; 0 for a summary of another conversation. */
export function sentAt({ state }: Exchange): number {
  return state.ledger.entries.at(-1)?.time ?? 0;
}

function estimateTurns(exchanges: readonly Exchange[]): number {
  return exchanges.reduce((sum, exchange) => sum + estimateTurnTokens(exchange), 0);
}

function estimateSummary(summary: Exchange | undefined): number {
  if (!summary) return 0;
  return summaryMessages(summary.state.text).reduce((sum, { content }) => sum + estimateTokens(content), 0);
}
