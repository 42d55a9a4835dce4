import * as v from 'valibot';
import { faultActions } from '../../engine/events';
import type { DemoAction, ToHost } from '../../shared/protocol';
import { oneOf, type FieldSchemas, type MemberOfType } from '../util/schemas';

const demoActs: Readonly<Record<DemoAction, true>> = { next: true, repeat: true, skip: true, again: true };

const text = v.string();
const prompt = v.pipe(text, v.trim(), v.nonEmpty());
const more = v.optional(v.looseObject({}));

/**
 * Schemas of the fields of each message from the page. The compiler ensures that every message and every field has a
 * schema.
 */
const messageEntries: { readonly [Type in ToHost['type']]: FieldSchemas<Omit<MemberOfType<ToHost, Type>, 'type'>> } = {
  ready: {},
  send: { prompt, more },
  withdrawPrompt: { prompt: text },
  askSuggestion: { id: text },
  demo: { act: oneOf(demoActs) },
  stop: { exchangeId: text },
  action: { exchangeId: text, action: oneOf(faultActions) },
  findModels: { exchangeId: text },
  switchModel: { exchangeId: text, model: v.pipe(text, v.nonEmpty()) },
  newConversation: {},
  openHistory: {},
  openHere: {},
  selectModel: {},
  forgetModelOnce: {},
  edit: { exchangeId: text, prompt },
  regenerate: { exchangeId: text, switchModel: v.boolean() },
  showVersion: { exchangeId: text },
  suggestContext: { request: v.number(), query: text },
  attach: { id: text },
  detach: { id: text },
  restoreContext: { ids: v.array(text) },
  pickContext: {},
  setApiKey: {},
  openDemo: {},
  leaveDemo: {},
  keepBackup: { origin: text },
  removeBackup: { origin: text },
  getStarted: {},
  copy: { text },
  copyRequest: { exchangeId: text },
  insert: { text },
  apply: { exchangeId: text, text },
  newFile: { text, language: text },
  openLink: { href: text },
};

const schemas = Object.entries(messageEntries).map(([type, entries]) =>
  v.object({ type: v.literal(type), ...entries }),
);
const messageSchema = v.variant('type', schemas);

/** Returns whether a value is a valid message from the page. */
export function isToHost(message: unknown): message is ToHost {
  return v.is(messageSchema, message);
}
