import type { FaultDetails } from '../../shared/panelStrings';
import type { FaultKind } from '../../shared/protocol';
import advice from './faultAdvice.json';

/** Help in the details of a failure card. The English texts are the keys of their translations. */
interface FaultAdvice {
  readonly cause: string;
  readonly remedy: string;
  /** Name of the page in `docs/troubleshooting`, without its extension. */
  readonly page: string;
  /** Whether the same request would fail in the same way and is therefore not retried. */
  readonly isPermanent?: boolean;
}

export const faultAdvice: Readonly<Record<FaultKind, FaultAdvice>> = advice;

const repositoryUrl = 'https://github.com/holysheep-ai/holysheep-prompt';

/** @param translate translates an English text, e.g. `vscode.l10n.t`. @param locale e.g. `zh-cn` */
export function translateFaultHelp(translate: (english: string) => string, locale: string): FaultDetails {
  const extension = /^zh\b/i.test(locale) ? '.zh-CN.md' : '.md';
  const entries = Object.entries(faultAdvice).map(([kind, { cause, remedy, page, isPermanent = false }]) => {
    const href = `${repositoryUrl}/blob/main/docs/troubleshooting/${page}${extension}`;
    return [kind, { cause: translate(cause), remedy: translate(remedy), href, isPermanent }] as const;
  });
  return Object.fromEntries(entries) as Record<FaultKind, FaultDetails[FaultKind]>;
}
