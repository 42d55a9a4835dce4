import type { FaultDetails } from '../../shared/panelStrings';
import type { FaultKind } from '../../shared/protocol';
import advice from './faultAdvice.json';

/**
 * Help text for a fault kind, which is shown in the details of a failure card. The English texts are the keys of the
 * translations.
 */
interface FaultAdvice {
  readonly cause: string;
  readonly remedy: string;
  /** Name of the help page in `docs/troubleshooting`, without its extension. */
  readonly page: string;
  /**
   * Whether the fault is permanent. A permanent fault is not retried, because the same request would fail in the same
   * way.
   */
  readonly isPermanent?: boolean;
}

export const faultAdvice: Readonly<Record<FaultKind, FaultAdvice>> = advice;

const repositoryUrl = 'https://github.com/holysheep-ai/holysheep-prompt';

/**
 * Returns the help texts of all fault kinds in the display language.
 * @param translate translates an English text, such as `vscode.l10n.t`
 * @param locale the display language, such as `zh-cn`
 */
export function translateFaultHelp(translate: (english: string) => string, locale: string): FaultDetails {
  const extension = /^zh\b/i.test(locale) ? '.zh-CN.md' : '.md';
  const entries = Object.entries(faultAdvice).map(([kind, { cause, remedy, page, isPermanent = false }]) => {
    const href = `${repositoryUrl}/blob/main/docs/troubleshooting/${page}${extension}`;
    return [kind, { cause: translate(cause), remedy: translate(remedy), href, isPermanent }] as const;
  });
  return Object.fromEntries(entries) as Record<FaultKind, FaultDetails[FaultKind]>;
}
