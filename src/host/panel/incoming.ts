import type { FaultAction, PanelState, ToHost } from '../../protocol';

const actions: Readonly<Record<FaultAction, true>> = {
  retryNow: true,
  switchModel: true,
  setApiKey: true,
  openBilling: true,
  checkUrl: true,
  networkSettings: true,
  newConversation: true,
  continue: true,
  restart: true,
  tryAnyway: true,
  details: true,
};

type Fields = Readonly<Record<string, unknown>>;

/** What each message must carry; the compiler asks for a row for every one. */
const messages: { readonly [T in ToHost['type']]: (fields: Fields) => boolean } = {
  ready: always,
  send: ({ prompt, model }) => isWords(prompt) && (model === undefined || isText(model)),
  composed: ({ kept }) => typeof kept === 'boolean',
  stop: always,
  cancelQueued: ({ exchangeId }) => isText(exchangeId),
  action: ({ exchangeId, action }) => isText(exchangeId) && isText(action) && Object.hasOwn(actions, action),
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
  pickContext: always,
  setApiKey: always,
  openDemo: always,
  leaveDemo: always,
  copy: ({ text }) => isText(text),
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

/** What VS Code kept of a panel over a reload. */
export function isPanelState(state: unknown): state is PanelState {
  if (!isFields(state) || !isText(state['conversationId']) || !isText(state['draft'])) return false;
  const { composed, context, edits, place } = state;
  return (
    isAbsentOr(isText, composed) &&
    isAbsentOr(isPlace, place) &&
    isAbsentOr((value) => Array.isArray(value) && value.every(isEdit), edits) &&
    isAbsentOr((value) => Array.isArray(value) && value.every(isText), context)
  );
}

function isAbsentOr(isRight: (value: unknown) => boolean, value: unknown): boolean {
  return value === undefined || isRight(value);
}

function isPlace(value: unknown): boolean {
  return isFields(value) && isText(value['exchangeId']) && Number.isFinite(value['offset']);
}

function isEdit(value: unknown): boolean {
  return isFields(value) && isText(value['exchangeId']) && isText(value['text']);
}

function always(): boolean {
  return true;
}

function isWords(value: unknown): boolean {
  return isText(value) && value.trim() !== '';
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
