import type { ModelFacts } from '../../engine/models/modelFacts';
import { estimateTokens } from '../../engine/text/tokenEstimate';
import type { Answer, Step } from '../../shared/exchanges';
import { estimateImageTokens } from '../../shared/images';
import type { ContextPart, ContextUse } from '../../shared/protocol';
import type { GatewaySets } from '../connection/gatewaySet';
import { isFinished } from '../journal/exchange';
import type { ExchangeTree } from '../journal/exchangeTree';
import type { ModelCatalog } from '../models/modelCatalog';
import type { Conversation } from './conversation';
import { summaryMessages } from './summaryPrompt';

/** The parts of a panel's draft on which the context use depends. */
interface Draft {
  /** Model of the next request. The default is the selected model. */
  readonly model?: string | undefined;
  readonly attachmentTokens?: number;
}

/**
 * Minimum ratio of reported to estimated prompt tokens. If a gateway reports fewer tokens, the report is ignored,
 * because the gateway has probably left out a part of the request, such as the cached tokens.
 */
const minReportedShare = 0.3;

/**
 * Estimated tokens of each prompt and its answer. They are cached because every update of the context use needs them.
 */
const turnTokens = new WeakMap<Answer, number>();

/** Estimates how many tokens a prompt and its answer add to a later request. */
export function estimateTurnTokens({ exchange, answer }: Step): number {
  const { content, prompt, images = [] } = exchange;
  const estimate = (): number =>
    estimateTokens(content ?? prompt) + estimateImageTokens(images) + estimateTokens(answer.state.text);
  const tokens = turnTokens.get(answer) ?? estimate();
  turnTokens.set(answer, tokens);
  return tokens;
}

/**
 * Returns the maximum number of tokens in a request with all earlier turns. The room for the answer is not subtracted,
 * because the size that users know is that of the whole context window. The panel warns users before too few tokens
 * remain for the answer.
 */
function promptWindow({ contextWindow, maxInput }: ModelFacts = {}): number | undefined {
  const window = Math.min(contextWindow ?? Infinity, maxInput ?? Infinity);
  return Number.isFinite(window) ? window : undefined;
}

/**
 * Estimates how many tokens of the context window the next request fills. The estimate starts from the tokens that the
 * gateway reported for the model's last answer, and adds the estimated tokens of everything after that answer.
 * @returns undefined if the context window is unknown, or if the prompts don't go to the user's own gateways
 */
export function estimateContextUse(
  { gatewaySets, catalog }: { readonly gatewaySets: GatewaySets; readonly catalog: ModelCatalog },
  conversation: Conversation,
  draft: Draft,
): ContextUse | undefined {
  if (gatewaySets.forPrompt(conversation) !== gatewaySets.own) return undefined;
  const { systemPrompt, model: selected } = gatewaySets.own.defaults();
  const { model = selected, attachmentTokens = 0 } = draft;
  const windowTokens = promptWindow(catalog.factsOf(model));
  if (windowTokens === undefined) return undefined;
  const { tree } = conversation;
  const { summary, steps } = tree.precedingOf();
  const sent = steps.filter(isSent);
  const lastIndex = sent.findLastIndex(({ answer }) => answer.state.model === model && reportedTokens(answer) > 0);
  const earlier = sent.slice(0, lastIndex + 1);
  const last = earlier.at(-1)?.answer;
  const systemTokens = estimateTokens(systemPrompt);
  const summaryTokens = estimateSummary(summary);
  const estimated = systemTokens + summaryTokens + estimateTurns(earlier);
  const reported = last && isUnchanged(tree, last) ? reportedTokens(last) : 0;
  const isBelievable = reported >= estimated * minReportedShare && reported <= windowTokens;
  const earlierTokens = (isBelievable ? reported : estimated) - systemTokens - summaryTokens;
  const parts: readonly ContextPart[] = [
    { kind: 'system', tokens: systemTokens },
    { kind: 'summary', tokens: summaryTokens },
    { kind: 'turns', tokens: Math.max(0, earlierTokens) + estimateTurns(sent.slice(lastIndex + 1)) },
    { kind: 'attachments', tokens: attachmentTokens },
  ];
  return { windowTokens, parts: parts.filter(({ tokens }) => tokens > 0) };
}

/**
 * Returns the tokens that the gateway reported for an answer and its request. Reasoning tokens are subtracted, because
 * later requests don't contain the reasoning.
 */
function reportedTokens({ state }: Answer): number {
  const { promptTokens = 0, completionTokens = 0, reasoningTokens = 0 } = state.ledger.entries.at(-1)?.end ?? {};
  return promptTokens === 0 ? 0 : promptTokens + Math.max(0, completionTokens - reasoningTokens);
}

/**
 * Returns whether the turns before the answer, and their summary, are still the same as in the answer's last request.
 * If not, the tokens that the gateway reported for that request are outdated.
 */
function isUnchanged(tree: ExchangeTree, answer: Answer): boolean {
  const { summary, steps } = tree.precedingOf(answer.id);
  const earlier = steps.map((step) => step.answer);
  if ([...earlier, ...(summary ? [summary] : [])].some((other) => sentAt(other) > sentAt(answer))) return false;
  // If the user has undone a summary since the answer's last request, that request might have contained the summary.
  // The reported tokens are then treated as outdated.
  return !tree.summaries().some((other) => other.isUndone && sentAt(other.answer) < sentAt(answer));
}

/**
 * Returns whether later requests will contain the turn. A running turn is included even if it has no text yet, because
 * it will have text when the next request is sent.
 */
function isSent({ answer }: Step): boolean {
  return answer.state.text !== '' || !isFinished(answer);
}

/**
 * Returns when the last attempt of the answer was sent, in epoch milliseconds. Returns 0 if there was no attempt, for
 * example for a summary of another conversation.
 */
export function sentAt({ state }: Answer): number {
  return state.ledger.entries.at(-1)?.time ?? 0;
}

function estimateTurns(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => sum + estimateTurnTokens(step), 0);
}

function estimateSummary(summary: Answer | undefined): number {
  if (!summary) return 0;
  return summaryMessages(summary.state.text).reduce((sum, { content }) => sum + estimateTokens(content), 0);
}
