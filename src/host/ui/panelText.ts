import { visibleText } from '../../engine/gateway/visibleText';

interface Titled {
  readonly title: string | undefined;
  readonly firstPrompt: string | undefined;
}

/** Returns the tab title of a conversation, or an empty string if the conversation has neither a title nor a prompt. */
export function tabTitle({ title, firstPrompt = '' }: Titled): string {
  return panelTitle(title ?? firstPrompt);
}

const maxTitleLength = 40;

/** Shortens a prompt or a title to a tab title. Returns an empty string if the text has no visible characters. */
export function panelTitle(prompt: string): string {
  return visibleText(prompt, maxTitleLength);
}

const openableSchemes: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);

/**
 * Returns the URL of a link in an answer. Returns undefined if the link must not be opened, for example because it runs
 * a command or a script.
 */
export function openableLink(href: string): string | undefined {
  const url = URL.parse(href.trim());
  return url && openableSchemes.has(url.protocol) ? url.href : undefined;
}
