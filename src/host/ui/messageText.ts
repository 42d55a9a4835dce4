import { visibleText } from '../../engine/gateway/visibleText';

/** Removes the final period of a text that is quoted within a sentence. A final ellipsis is not removed. */
export function trimTrailingPeriod(text: string): string {
  return text.replace(/(?<!\.)\.$|。$/, '');
}

const maxMessageLength = 1000;

/** Returns one line without hidden characters and links. VS Code turns `[text](command)` in a message into a link. */
export function plainMessage(text: string): string {
  return visibleText(text, maxMessageLength).replaceAll('](', '] (');
}

const maxLabelLength = 200;

/** Turns a text from outside the extension into one line without hidden characters and icons. */
export function plainLabel(text: string): string {
  return escapeIcons(visibleText(text, maxLabelLength));
}

/** Inserts an invisible word joiner into codes such as `$(alert)`, so that VS Code does not render them as icons. */
export function escapeIcons(text: string): string {
  return text.replaceAll('$(', '$\u2060(');
}

/** Joins notes about an item of a list, without those that are missing. Returns undefined if there are no notes. */
export function joinNotes(...notes: readonly (string | false | undefined)[]): string | undefined {
  return notes.filter(Boolean).join(' · ') || undefined;
}

/** For progress lines and errors in the chat, which VS Code renders as Markdown with icons. */
export function escapeMarkdown(text: string): string {
  return escapeIcons(text).replace(/[\\`*_[\]<>~|]/g, '\\$&');
}
