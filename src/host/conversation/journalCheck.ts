import type { StreamEvent } from '../../core/events';
import type { ContextKind } from '../../protocol';
import type { PromptInput } from './exchange';
import type { HeaderLine, JournalLine, RerunLine } from './journalLines';

/** What is on disk may be anything. @param newest schema that is known */
export function isHeader(value: unknown, newest: number): value is HeaderLine {
  if (!isObject(value) || value['type'] !== 'conversation' || !hasTexts(value, ['id'])) return false;
  const { schema } = value;
  return typeof schema === 'number' && Number.isInteger(schema) && schema >= 1 && schema <= newest;
}

export function isLine(value: unknown): value is JournalLine {
  if (!isObject(value)) return false;
  switch (value['type']) {
    case 'exchange':
      return isExchange(value);
    case 'events':
      return isText(value['exchangeId']) && Array.isArray(value['events']) && value['events'].every(isEvent);
    case 'rerun':
      return isText(value['exchangeId']) && isOptionalText(value['model']) && isOptionalGo(value['go']);
    case 'interrupted':
    case 'show':
      return isText(value['exchangeId']);
    case 'title':
      return isText(value['title']);
    default:
      return false;
  }
}

function isExchange(value: Readonly<Record<string, unknown>>): boolean {
  const { id, after } = value;
  return isText(id) && id !== '' && isOptionalText(after) && isPromptInput(value);
}

export function isPromptInput(value: unknown): value is PromptInput {
  if (!isObject(value)) return false;
  const { prompt, content, model, attachments, target, demo } = value;
  return (
    isText(prompt) &&
    isOptionalText(content) &&
    isOptionalText(model) &&
    (demo === undefined || typeof demo === 'boolean') &&
    (attachments === undefined || (Array.isArray(attachments) && attachments.every(isAttachment))) &&
    (target === undefined || (hasTexts(target, ['uri']) && hasNumbers(target, targetNumbers)))
  );
}

function isAttachment(value: unknown): boolean {
  if (!isObject(value) || !hasTexts(value, ['label', 'languageId', 'code'])) return false;
  const { kind, truncated } = value;
  return (
    (kind === undefined || (isText(kind) && Object.hasOwn(contextKinds, kind))) &&
    (truncated === undefined || typeof truncated === 'boolean')
  );
}

const contextKinds: Readonly<Record<ContextKind, true>> = { selection: true, file: true, problems: true };

const targetNumbers = ['startLine', 'startCharacter'];

/** Texts that the fold appends or shows; the rest of an event is only displayed. */
const eventTexts: Readonly<Record<StreamEvent['type'], readonly string[]>> = {
  attempt: ['model', 'why'],
  headers: [],
  text: ['text'],
  reasoning: ['text'],
  waiting: ['message', 'reason', 'source'],
  quiet: [],
  'tool-call': ['arguments'],
  ended: ['how'],
  cut: ['message', 'reason'],
  resumed: ['how'],
  replaced: ['text'],
  model: ['from', 'to'],
  usage: [],
  done: ['text', 'finishReason'],
  stopped: ['text'],
  failed: ['text', 'kind', 'message'],
};

function isEvent(value: unknown): value is StreamEvent {
  if (!isObject(value) || !hasNumbers(value, ['attempt', 'at'])) return false;
  const { type } = value;
  if (!isText(type) || !Object.hasOwn(eventTexts, type)) return false;
  if (type === 'tool-call' && !(hasNumbers(value, ['index']) && isOptionalText(value['name']))) return false;
  if ((type === 'failed' || type === 'waiting') && !Array.isArray(value['actions'])) return false;
  return hasTexts(value, eventTexts[type as StreamEvent['type']]);
}

function hasTexts(value: unknown, names: readonly string[]): boolean {
  return isObject(value) && names.every((name) => isText(value[name]));
}

function hasNumbers(value: unknown, names: readonly string[]): boolean {
  return isObject(value) && names.every((name) => typeof value[name] === 'number');
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isOptionalGo(value: unknown): value is RerunLine['go'] {
  return value === undefined || value === 'continue' || value === 'restart';
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || isText(value);
}
