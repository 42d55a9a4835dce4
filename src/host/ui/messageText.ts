import type { Localize } from '../../engine/engine';
import { visibleText } from '../../engine/gateway/visibleText';

/**
 * Joins complete sentences into one text, without those that are undefined. Languages such as Chinese have no space
 * between sentences.
 */
export function joinSentences(localize: Localize, sentences: readonly (string | undefined)[]): string {
  return sentences
    .filter((sentence) => sentence !== undefined)
    .reduce((text, sentence) => localize('{0} {1}', { 0: text, 1: sentence }));
}

/** Adds a text in parentheses to the end of the first sentence of a message: `The connection failed (ETIMEDOUT). Retry.` */
export function insertInFirstSentence(message: string, text: string): string {
  return message.replace(/\.(?=\s|$)|。|$/, (end) => (end === '。' ? `（${text}）。` : ` (${text})${end}`));
}

/** Removes the final period of a text that is quoted within a sentence. A final ellipsis is not removed. */
export function trimTrailingPeriod(text: string): string {
  return text.replace(/(?<!\.)\.$|。$/, '');
}

const maxMessageLength = 1000;

/**
 * Returns a message for a notification, a dialog or an input box, which may quote text from outside the extension: one
 * line without hidden characters and without links. VS Code turns `[text](target)` into a link, and the target may even
 * be a command.
 */
export function plainMessage(text: string): string {
  return visibleText(text, maxMessageLength).replaceAll('](', '] (');
}

const defaultMaxLength = 200;

/**
 * Turns a text from outside the extension into a label for VS Code: one line without hidden characters and without
 * icons.
 */
export function plainLabel(text: string, maxLength = defaultMaxLength): string {
  return escapeIcons(visibleText(text, maxLength));
}

/**
 * Inserts an invisible word joiner into codes such as `$(alert)`, so that VS Code does not render them as icons in a
 * label.
 */
export function escapeIcons(text: string): string {
  return text.replaceAll('$(', '$\u2060(');
}

/**
 * Escapes Markdown and icons, because VS Code renders progress lines and errors in the chat as Markdown with icons, and
 * these may quote a provider or name a model.
 */
export function escapeMarkdown(text: string): string {
  return escapeIcons(text).replace(/[\\`*_[\]<>~|]/g, '\\$&');
}
