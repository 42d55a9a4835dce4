import type { LedgerEntry, LedgerWait } from '../../engine/state/ledger';
import { costOfAttempt, costsOf } from '../../engine/state/turnCost';
import type { TurnSegment } from '../../engine/state/turnState';
import { segmentsOf } from '../../engine/state/turnTotals';
import type { ShownSummary, Step } from '../../shared/exchanges';
import type { PromptImage } from '../../shared/images';
import type { ReadImage } from '../conversation/requestImages';
import { costOfAnswers } from '../journal/exchange';
import type { ExchangeTree } from '../journal/exchangeTree';
import { firstAttemptAt, modelOf, modelsOf, type ExportSource } from './exportSource';

/** Version of the exported JSON format. The version increases when a field changes its meaning. */
const exportSchema = 1;

/**
 * Returns a conversation as JSON for other programs. Times are in ISO 8601 format, and durations are in milliseconds.
 * Each field is copied by name, so that no other data, such as the gateway's URL, can leak into the export. Undefined
 * fields are left out, as always in JSON.
 * @param now time of the export, in epoch milliseconds
 */
export function exportJson(source: ExportSource, now: number): string {
  const { title, tree } = source;
  const cost = costOfAnswers(tree.answers());
  const document = {
    schema: exportSchema,
    title,
    exportedAt: isoTime(now),
    // The total cost includes answers that are not exported, such as failed summaries.
    cost: cost.costs.length > 0 ? cost : undefined,
    turns: tree.path().map((step) => turnJson(step, source)),
    // All answers outside the selected path. The field `after` contains the id of the preceding answer.
    otherVersions: unlessEmpty(
      tree.answersOffPath().map((step) => ({ after: step.exchange.parentAnswer || null, ...turnJson(step, source) })),
    ),
    summaries: unlessEmpty(tree.usableSummaries().map((summary) => summaryJson(summary, tree))),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/**
 * Exports a summary. The field `after` contains the id of the last answer that the summary replaces, or null if the
 * summary comes from another conversation.
 */
function summaryJson({ answer, turns }: ShownSummary, tree: ExchangeTree): object {
  const { state } = answer;
  const after = tree.summaryOf(answer.id)?.upTo || null;
  return { after, turns, text: state.text, model: modelOf(answer), costs: costsOf(state) };
}

function turnJson({ exchange, answer }: Step, { tree: { gateways }, readImage }: ExportSource): object {
  const { prompt, content, attachments = [], images = [] } = exchange;
  const { id, state, isQueued, comparison } = answer;
  const { failure, usage, toolCalls } = state;
  const models = modelsOf(answer);
  return {
    id,
    prompt,
    sent: content,
    attachments: attachments.map(({ kind, label, languageId, code, truncated = false }) => {
      return { kind, label, languageId, code, truncated };
    }),
    images: unlessEmpty(images.map((image) => imageJson(image, readImage))),
    model: modelOf(answer),
    models: models.length > 1 ? models : undefined,
    gateways: gateways === 'own' ? undefined : gateways,
    // Answers that were compared with each other have the same comparison id. The field `turns` contains only the
    // compared answer with which the conversation continues.
    comparison: comparison?.id,
    answer: state.text,
    // Offsets in the answer at which another model continued the answer.
    resumePoints:
      models.length > 1
        ? state.resumePoints.map(({ offset, models }) => ({ offset, from: models?.from, to: models?.to }))
        : undefined,
    reasoning: state.reasoning || undefined,
    toolCalls: unlessEmpty(toolCalls.map(({ name, arguments: text }) => ({ name, arguments: text }))),
    state: isQueued ? 'queued' : state.phase,
    finishReason: state.finishReason,
    failure: failure && {
      kind: failure.kind,
      status: failure.status,
      requestId: failure.requestId,
      message: failure.message,
    },
    // The field `costs` also includes attempts whose text was discarded. The field is absent if the cost of any attempt
    // is unknown.
    usage: usage && { ...usage, cost: undefined },
    costs: costsOf(state),
    askedAt: isoTime(firstAttemptAt(answer)),
    // Each time the user continues the answer, a new segment of its turn begins. The exported field `runs` contains one
    // object for each segment.
    runs: segmentsOf(state)
      .filter(({ ledger }) => ledger.entries.length > 0)
      .map(segmentJson),
  };
}

/** Exports an image. The field `data` contains the image file as Base64, or null if the file is missing. */
function imageJson(image: PromptImage, readImage: ReadImage): object {
  const { name, mimeType, hash, width, height, bytes } = image;
  return { name, mimeType, hash, width, height, bytes, data: readImage(image)?.toString('base64') ?? null };
}

function segmentJson({ startedAt, firstTokenAt, endedAt, ledger }: TurnSegment): object {
  return {
    firstTokenMs: elapsedMs(startedAt, firstTokenAt),
    totalMs: elapsedMs(startedAt, endedAt),
    attempts: ledger.entries.map(attemptJson),
  };
}

function attemptJson(entry: LedgerEntry): object {
  const { end } = entry;
  return {
    attempt: entry.attempt,
    model: entry.model,
    why: entry.why,
    how: entry.how,
    reasoningEffort: entry.effort,
    refusedReasoningEffort: entry.refusedEffort,
    at: isoTime(entry.time),
    waits: entry.waits.map(waitJson),
    status: entry.headers?.status,
    requestId: entry.headers?.requestId,
    headersMs: entry.headers?.ms,
    ended: end?.how,
    ms: end?.ms,
    firstTokenMs: end?.firstTokenMs,
    bytes: end?.bytes,
    characters: end?.chars,
    tokens: end?.tokens,
    cachedTokens: end?.cachedTokens,
    cacheWriteTokens: end?.cacheWriteTokens,
    reasoningTokens: end?.reasoningTokens,
    cost: costOfAttempt(end),
  };
}

function waitJson({ source, reason, delayMs, estimated, waitedMs, hintMs, hintFrom }: LedgerWait): object {
  return { source, reason, plannedMs: delayMs, estimated, waitedMs, hintMs, hintFrom };
}

function unlessEmpty<T>(values: readonly T[]): readonly T[] | undefined {
  return values.length > 0 ? values : undefined;
}

function isoTime(timeMs: number | undefined): string | undefined {
  return timeMs === undefined ? undefined : new Date(timeMs).toISOString();
}

function elapsedMs(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : Math.round(to - from);
}
