import * as vscode from 'vscode';
import type { ModelFacts } from '../../engine/models/modelFacts';
import type { AttemptRecord } from '../health/attemptRecord';
import { essencesOf, gatewayModelKey } from '../health/healthReport';
import { joinNotes } from '../ui/messageText';
import { hostWords } from '../ui/words';
import { systemClock } from '../util/systemClock';

/**
 * Returns a function that formats what is known about a model as a short text, such as `200K · images · $3 in / $15
 * out per 1M`. The numbers are the context window in tokens, and the prices of a million tokens of input and of output.
 */
export function createFactsText(): (facts: ModelFacts | undefined) => string | undefined {
  const usd = new Intl.NumberFormat(hostWords().format.language, { maximumFractionDigits: 3 });
  return (facts) => {
    const { contextWindow, images, price } = facts ?? {};
    return joinNotes(
      contextWindow !== undefined && formatTokens(contextWindow),
      images && vscode.l10n.t('images'),
      price && formatPrice(price, usd),
    );
  };
}

function formatPrice({ input, output }: NonNullable<ModelFacts['price']>, usd: Intl.NumberFormat): string {
  return input === 0 && output === 0
    ? vscode.l10n.t('free')
    : vscode.l10n.t('${0} in / ${1} out per 1M', usd.format(input), usd.format(output));
}

/** Formats a number of tokens in the usual form of vendors: both 200,000 and 204,800 are `200K`. */
function formatTokens(tokens: number): string {
  const unit = tokens % 1000 !== 0 && tokens % 1024 === 0 ? 1024 : 1000;
  if (tokens < 1000) return String(tokens);
  const thousands = Math.round(tokens / unit);
  return thousands < 1000 ? `${thousands}K` : `${Math.round((10 * tokens) / unit ** 2) / 10}M`;
}

/**
 * Returns a function that describes how well a model works through a gateway. The function returns undefined if nothing
 * is known about the model at the gateway.
 */
export function createEssenceText(
  records: readonly AttemptRecord[],
): (model: string, baseUrl: string, cooldownEnd?: number) => string | undefined {
  const { format } = hostWords();
  const now = systemClock.now();
  const essences = essencesOf(records, now);
  return (model, baseUrl, cooldownEnd = 0) => {
    const { successPercent, firstTokenMs } = essences.get(gatewayModelKey(baseUrl, model)) ?? {};
    return joinNotes(
      cooldownEnd > now && vscode.l10n.t('paused until {0}', format.timeOfDay(cooldownEnd)),
      successPercent !== undefined && vscode.l10n.t('success rate {0}%', successPercent),
      firstTokenMs !== undefined && vscode.l10n.t('first token {0}', format.duration(firstTokenMs)),
    );
  };
}
