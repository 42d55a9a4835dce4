import { visibleText } from '../../engine/gateway/visibleText';

/** Removes the final period of a text that is quoted within a sentence. A final ellipsis is kept. */
export function trimTrailingPeriod(text: string): string {
  return text.replace(/(?<!\.)\.$|。$/, '');
}

const maxMessageLength = 1000;

/**
 * Returns a message as one line without hidden characters and without links. VS Code would turn `[text](command)` in a
 * message into a link.
 */
export function plainMessage(text: string): string {
  return visibleText(text, maxMessageLength).replaceAll('](', '] (');
}

const maxLabelLength = 200;

/** Returns a text from outside the extension as one line without hidden characters and without icons. */
export function plainLabel(text: string): string {
  return escapeIcons(visibleText(text, maxLabelLength));
}

/** Inserts an invisible word joiner into icon codes such as `$(alert)`, so that VS Code does not show the icons. */
export function escapeIcons(text: string): string {
  return text.replaceAll('$(', '$\u2060(');
}

/** Joins the notes about an item of a list. Undefined notes are skipped. Returns undefined if there are no notes. */
export function joinNotes(...notes: readonly (string | false | undefined)[]): string | undefined {
  return notes.filter(Boolean).join(' · ') || undefined;
}

/**
 * Escapes Markdown and icon codes in a text. VS Code renders progress lines and errors in the chat as Markdown with
 * icons.
 */
export function escapeMarkdown(text: string): string {
  return escapeIcons(text).replace(/[\\`*_[\]<>~|]/g, '\\$&');
}
