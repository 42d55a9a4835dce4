import * as vscode from 'vscode';
import { toSupportedLocale } from '../../engine/gateway/visibleText';
import type { ModelFacts } from '../../engine/models/modelFacts';

/** Returns a function that describes models in one short text, such as `200K context · images · $3 / $15 per million tokens`. */
export function createFactsText(): (facts: ModelFacts | undefined) => string | undefined {
  const usd = new Intl.NumberFormat(toSupportedLocale(vscode.env.language), { maximumFractionDigits: 3 });
  return (facts) => {
    const { contextWindow, images, price } = facts ?? {};
    const parts = [
      ...(contextWindow === undefined ? [] : [vscode.l10n.t('{0} context', formatTokens(contextWindow))]),
      ...(images ? [vscode.l10n.t('images')] : []),
      ...(price ? [formatPrice(price, usd)] : []),
    ];
    return parts.length === 0 ? undefined : parts.join(' · ');
  };
}

function formatPrice({ input, output }: NonNullable<ModelFacts['price']>, usd: Intl.NumberFormat): string {
  return input === 0 && output === 0
    ? vscode.l10n.t('free of charge')
    : vscode.l10n.t('${0} / ${1} per million tokens', usd.format(input), usd.format(output));
}

/** Formats a number of tokens as vendors do: 200,000 and 204,800 are `200K`. */
function formatTokens(tokens: number): string {
  const unit = tokens % 1000 !== 0 && tokens % 1024 === 0 ? 1024 : 1000;
  if (tokens < 1000) return String(tokens);
  const thousands = Math.round(tokens / unit);
  return thousands < 1000 ? `${thousands}K` : `${Math.round((10 * tokens) / unit ** 2) / 10}M`;
}
