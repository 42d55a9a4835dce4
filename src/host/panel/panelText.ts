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
