import { faultActions } from '../../core/events';
import { isFields, isText, isTexts, type Fields } from '../../panelState';
import type { DemoAct, ToHost } from '../../protocol';

export { isPanelState } from '../../panelState';

const demoActs: Readonly<Record<DemoAct, true>> = { next: true, repeat: true, skip: true, again: true, compose: true };

/** What each message must carry; the compiler asks for a row for every one. */
const messages: { readonly [T in ToHost['type']]: (fields: Fields) => boolean } = {
  ready: always,
  send: ({ prompt, more }) => isWords(prompt) && isMore(more),
  askSuggestion: ({ id }) => isText(id),
  demo: ({ act }) => isText(act) && Object.hasOwn(demoActs, act),
  stop: ({ exchangeId }) => isText(exchangeId),
  action: ({ exchangeId, action }) => isText(exchangeId) && isText(action) && Object.hasOwn(faultActions, action),
  newConversation: always,
  openHistory: always,
  selectModel: always,
  forgetModelOnce: always,
  edit: ({ exchangeId, prompt }) => isText(exchangeId) && isWords(prompt),
  regenerate: ({ exchangeId, switchModel }) => isText(exchangeId) && typeof switchModel === 'boolean',
  showVersion: ({ exchangeId }) => isText(exchangeId),
  suggestContext: ({ request, query }) => typeof request === 'number' && isText(query),
  attach: ({ id }) => isText(id),
  detach: ({ id }) => isText(id),
  restoreContext: ({ ids }) => isTexts(ids),
  pickContext: always,
  setApiKey: always,
  openDemo: always,
  leaveDemo: always,
  getStarted: always,
  copy: ({ text }) => isText(text),
  copyRequest: ({ exchangeId }) => isText(exchangeId),
  insert: ({ text }) => isText(text),
  apply: ({ exchangeId, text }) => isText(exchangeId) && isText(text),
  newFile: ({ text, language }) => isText(text) && isText(language),
  openLink: ({ href }) => isText(href),
};

export function isToHost(message: unknown): message is ToHost {
  if (!isFields(message)) return false;
  const { type } = message;
  return isText(type) && Object.hasOwn(messages, type) && messages[type as ToHost['type']](message);
}

function always(): boolean {
  return true;
}

function isMore(value: unknown): boolean {
  return value === undefined || isFields(value);
}

function isWords(value: unknown): boolean {
  return isText(value) && value.trim() !== '';
}
