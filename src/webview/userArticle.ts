import type { ExchangeView } from '../protocol';
import { disclosure, element } from './element';
import type { PanelStrings } from './strings';

/** What the person asked, with the code that went along. */
export function createUserArticle(strings: PanelStrings, exchange: ExchangeView): HTMLElement {
  const article = element(
    'article',
    { class: 'turn you', 'aria-label': strings.you },
    element('header', { class: 'turn-head' }, element('span', { class: 'turn-name' }, strings.you)),
    element('div', { class: 'prompt-text', 'data-part': 'prompt' }, exchange.prompt),
  );
  const { attachment } = exchange;
  if (attachment) {
    const code = element('code', { 'data-language': attachment.languageId }, attachment.code);
    // A scrollable region must be reachable by keyboard.
    article.append(disclosure(attachment.label, 'attachment', element('pre', { tabindex: '0' }, code)));
  }
  return article;
}
