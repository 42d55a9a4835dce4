import type { ChatMessage, ImagePart, TextPart, ToolCall } from '../../core/request';
import type { PlainImage, PlainMessage, PlainPart } from './plainMessage';

type Result = Extract<PlainPart, { type: 'tool-result' }>;
type Call = ToolCall & { result?: Result };

/**
 * The messages of VS Code's chat in the order the wire wants them: results right after the message that called them,
 * texts of the user in a row together. A call nobody has answered is left out, as no gateway takes it; a result nobody has
 * asked for is told as a text.
 */
export function requestMessages(messages: readonly PlainMessage[]): readonly ChatMessage[] {
  const unanswered: Call[] = [];
  const turns = messages.map(({ role, parts }) => turnOf(role, parts, unanswered));
  return merged(turns.flatMap(messagesOf));
}

interface Turn {
  readonly role: PlainMessage['role'];
  readonly content: readonly (TextPart | PlainImage)[];
  readonly calls: readonly Call[];
}

/** Ids are unique within a message only: some models count from 0 each time. A result belongs to the last call. */
function turnOf(role: PlainMessage['role'], parts: readonly PlainPart[], unanswered: Call[]): Turn {
  const content: (TextPart | PlainImage)[] = [];
  const calls: Call[] = [];
  for (const part of parts) {
    switch (part.type) {
      case 'text':
        if (part.text !== '') content.push({ type: 'text', text: wellFormed(part.text) });
        break;
      case 'image':
        content.push(part);
        break;
      case 'tool-call': {
        const { id, name, arguments: json } = part;
        calls.push({ id, name, arguments: json });
        break;
      }
      case 'tool-result': {
        const at = unanswered.findLastIndex(({ id }) => id === part.id);
        const [call] = at < 0 ? [] : unanswered.splice(at, 1);
        if (call) call.result = part;
        else content.push({ type: 'text', text: resultText(part) }, ...part.images);
        break;
      }
    }
  }
  unanswered.push(...calls);
  return { role, content, calls };
}

function messagesOf({ role, content, calls }: Turn): readonly ChatMessage[] {
  if (role === 'user') return content.length === 0 ? [] : [userMessage(content)];
  const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('');
  if (role === 'system') return text === '' ? [] : [{ role, content: text }];
  const answered = calls.filter(({ result }) => result !== undefined);
  if (answered.length === 0) return text === '' ? [] : [{ role, content: text }];
  return [
    {
      role,
      content: text,
      toolCalls: answered.map(({ id, name, arguments: json }) => ({ id, name, arguments: json })),
    },
    ...answered.map(
      ({ id, result }) => ({ role: 'tool', toolCallId: id, content: result ? resultText(result) : '' }) as const,
    ),
    ...imagesOf(answered),
  ];
}

/** A tool's message is text on the wire: what it shows comes after it, from the user. */
function imagesOf(calls: readonly Call[]): readonly ChatMessage[] {
  const shown = calls.filter(({ result }) => result !== undefined && result.images.length > 0);
  const content = shown.flatMap(({ name, result }) => [
    { type: 'text', text: `Shown by the tool ${name}:` } as const,
    ...(result?.images ?? []),
  ]);
  return content.length === 0 ? [] : [userMessage(content)];
}

function resultText({ text, images, failed }: Result): string {
  const said =
    wellFormed(text) || (images.length > 0 ? 'See the image that follows.' : 'The tool has returned nothing.');
  return failed ? `The tool has failed: ${said}` : said;
}

function userMessage(content: readonly (TextPart | PlainImage)[]): ChatMessage {
  const texts = content.filter((part): part is TextPart => part.type === 'text');
  if (texts.length === content.length) return { role: 'user', content: texts.map(({ text }) => text).join('') };
  return { role: 'user', content: content.map((part) => (part.type === 'text' ? part : imagePart(part))) };
}

function imagePart({ mimeType, data }: PlainImage): ImagePart {
  return { type: 'image', mimeType, data: Buffer.from(data).toString('base64') };
}

/** Two texts of the user in a row are one: some models take turns only. */
function merged(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const all: ChatMessage[] = [];
  for (const message of messages) {
    const before = all.at(-1);
    if (before?.role === 'user' && message.role === 'user') all[all.length - 1] = together(before, message);
    else all.push(message);
  }
  return all;
}

type UserMessage =
  Extract<ChatMessage, { role: 'user' }> | { readonly role: 'user' | 'system' | 'assistant'; readonly content: string };

function together({ content: first }: UserMessage, { content: second }: UserMessage): ChatMessage {
  if (typeof first === 'string' && typeof second === 'string')
    return { role: 'user', content: `${first}\n\n${second}` };
  return { role: 'user', content: [...partsOf(first), ...partsOf(second)] };
}

function partsOf(content: string | readonly (TextPart | ImagePart)[]): readonly (TextPart | ImagePart)[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

/** A request can't carry half a character. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
