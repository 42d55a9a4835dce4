import { panelStrings, type PanelStrings } from '../../protocol';

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

/** The first words of a prompt, for a tab. */
export function panelTitle(prompt: string): string {
  const line = prompt.replace(/\s+/g, ' ').trim();
  const characters = Array.from(line);
  return characters.length <= titleLength
    ? line
    : `${characters
        .slice(0, titleLength - 1)
        .join('')
        .trimEnd()}…`;
}
