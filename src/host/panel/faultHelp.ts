import type { FaultHelp } from '../../shared/panelStrings';
import type { FaultKind } from '../../shared/protocol';
import { faultAdvice } from './faultAdvice';

/** As in package.json. */
export const repository = 'https://github.com/holysheep-ai/holysheep-prompt';

/**
 * What the page says of each fault to those who ask.
 * @param translate an English sentence of the table, e.g. `vscode.l10n.t`
 * @param locale of the display language, e.g. `zh-cn`
 */
export function faultHelp(translate: (english: string) => string, locale: string): FaultHelp {
  const ending = /^zh\b/i.test(locale) ? '.zh-CN.md' : '.md';
  const entries = Object.entries(faultAdvice).map(([kind, { cause, todo, page, lasting = false }]) => {
    const href = `${repository}/blob/main/docs/troubleshooting/${page}${ending}`;
    return [kind, { cause: translate(cause), todo: translate(todo), href, lasting }];
  });
  return Object.fromEntries(entries) as Record<FaultKind, FaultHelp[FaultKind]>;
}
