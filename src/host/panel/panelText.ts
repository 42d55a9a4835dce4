import { visibleText } from '../../engine/gateway/visibleText';
import { panelStrings, type PanelStrings } from '../../shared/panelStrings';

/** @param translate an English text of `panelStrings`, e.g. `vscode.l10n.t` */
export function translatePanelStrings(translate: (english: string) => string): PanelStrings {
  const translated = Object.entries(panelStrings).map(([name, english]) => [name, translate(english)] as const);
  return { ...panelStrings, ...Object.fromEntries(translated) };
}

/** What a conversation is called; undefined: there is nothing in it yet. */
export function conversationName(conversation: {
  readonly title: string | undefined;
  readonly exchanges: () => readonly { readonly prompt: string }[];
}): string | undefined {
  return conversation.title ?? conversation.exchanges()[0]?.prompt;
}

const titleLength = 40;

/** Returns the first words of a prompt or name for a tab title, or '' when it has no visible characters. */
export function panelTitle(prompt: string): string {
  return visibleText(prompt, titleLength);
}

const schemes: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);

/** Answers are data: no command, file or script link leaves the panel. @returns undefined for those. */
export function openableLink(href: string): string | undefined {
  const url = URL.parse(href.trim());
  return url && schemes.has(url.protocol) ? url.href : undefined;
}

const home = 'https://www.holysheep.ai';

/** Where credit is bought: HolySheep's own site, or whatever the gateway's origin shows. */
export function billingPage(origin: string): string {
  const { protocol, hostname } = new URL(origin);
  const isHolySheep = protocol === 'https:' && (hostname === 'holysheep.ai' || hostname.endsWith('.holysheep.ai'));
  return isHolySheep ? home : origin;
}
