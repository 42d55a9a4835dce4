import * as vscode from 'vscode';
import { isRecord } from '../../../engine/json';
import type { ChatMessage, ImagePart, TextPart, ToolCall } from '../../../engine/request';

type Content = readonly (TextPart | ImagePart)[];
type Call = ToolCall & { result?: ToolResult };

interface ToolResult {
  readonly content: Content;
  readonly hasFailed: boolean;
}

/** A message of VS Code's chat as far as a model can be sent it. */
interface ParsedMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: Content;
  readonly calls: readonly Call[];
}

/**
 * Returns the messages of VS Code's chat in the order the wire wants them: results right after the message that called
 * them, texts of the user in a row together. A call without a result is left out, as no gateway takes it; a result without
 * a call is sent as a text.
 */
export function requestMessages(messages: readonly vscode.LanguageModelChatRequestMessage[]): readonly ChatMessage[] {
  const unanswered: Call[] = [];
  const read = messages.map((message) => parseMessage(message, unanswered));
  return mergeUserMessages(read.flatMap(toRequestMessages));
}

/**
 * Reads a message, and adds its tool results to the calls they belong to. Ids are unique within a message only, because
 * some models count from 0 each time, so a result belongs to the last call with its id.
 *
 * @param unanswered the calls of earlier messages that have no result yet; it is updated
 */
export function parseMessage(
  { role, content: parts }: vscode.LanguageModelChatRequestMessage,
  unanswered: Call[] = [],
): ParsedMessage {
  const content: (TextPart | ImagePart)[] = [];
  const calls: Call[] = [];
  for (const part of parts) {
    if (part instanceof vscode.LanguageModelToolCallPart) {
      calls.push({
        id: part.callId,
        name: part.name,
        arguments: JSON.stringify((part.input as object | undefined) ?? {}),
      });
    } else if (part instanceof vscode.LanguageModelToolResultPart) {
      const result = {
        content: part.content.flatMap(parseContent),
        hasFailed: (part as { readonly isError?: unknown }).isError === true,
      };
      const at = unanswered.findLastIndex(({ id }) => id === part.callId);
      const [call] = at < 0 ? [] : unanswered.splice(at, 1);
      if (call) call.result = result;
      else content.push({ type: 'text', text: resultText(result) }, ...imagesIn(result.content));
    } else content.push(...parseContent(part));
  }
  unanswered.push(...calls);
  return { role: roleOf(role), content, calls };
}

/** Proposed API that VS Code sends all the same: the role has a number, but no name. */
const systemRole = 3;

function roleOf(role: number): ParsedMessage['role'] {
  if (role === systemRole) return 'system';
  const assistantRole: number = vscode.LanguageModelChatMessageRole.Assistant;
  return role === assistantRole ? 'assistant' : 'user';
}

/** Unknown parts are left out, and so are the thoughts of a model. */
function parseContent(part: unknown): Content {
  if (typeof part === 'string') return textContent(part);
  if (part instanceof vscode.LanguageModelTextPart) return textContent(part.value);
  if (part instanceof vscode.LanguageModelPromptTsxPart) return textContent(promptTreeText(part.value));
  return part instanceof vscode.LanguageModelDataPart ? dataContent(part) : [];
}

/** A request can't carry half a surrogate pair. */
function textContent(text: string): Content {
  return text === '' ? [] : [{ type: 'text', text: text.toWellFormed() }];
}

/** VS Code and its chat mark data for other providers with types of their own: caches, states, signatures. */
function dataContent({ mimeType, data }: vscode.LanguageModelDataPart): Content {
  const type = mimeType.toLowerCase();
  if (type.startsWith('image/')) {
    return [{ type: 'image', mimeType: type, data: Buffer.from(data).toString('base64') }];
  }
  const isText = type.startsWith('text/') || /^application\/(?:[\w.-]+\+)?json$/.test(type);
  return isText ? textContent(new TextDecoder().decode(data)) : [];
}

/**
 * Returns the text of the tree that `@vscode/prompt-tsx` hands over instead of text. Source: its JSON form, in which a
 * piece with a `text` says whether it begins a line.
 */
function promptTreeText(tree: unknown): string {
  let text = '';
  let isFirst = true;
  const visit = (node: unknown): void => {
    if (!isRecord(node)) return;
    if (typeof node['text'] === 'string') {
      const beginsLine = node['lineBreakBefore'] === true || node['lineBreakBefore'] === 1;
      text += (beginsLine && !isFirst ? '\n' : '') + node['text'];
      isFirst = false;
    }
    if (Array.isArray(node['children'])) (node['children'] as readonly unknown[]).forEach(visit);
    visit(node['node']);
  };
  visit(tree);
  return text;
}

function toRequestMessages({ role, content, calls }: ParsedMessage): readonly ChatMessage[] {
  if (role === 'user') return content.length === 0 ? [] : [userMessage(content)];
  const text = textOf(content);
  if (role === 'system') return text === '' ? [] : [{ role, content: text }];
  const answered = calls.flatMap(({ result, ...call }) => (result ? [{ call, result }] : []));
  if (answered.length === 0) return text === '' ? [] : [{ role, content: text }];
  // The message of a tool is text on the wire, so its images are sent after it, from the user.
  const images = answered.flatMap(({ call, result }) => {
    const shown = imagesIn(result.content);
    return shown.length === 0 ? [] : [...textContent(`Shown by the tool ${call.name}:`), ...shown];
  });
  return [
    { role, content: text, toolCalls: answered.map(({ call }) => call) },
    ...answered.map(
      ({ call, result }) => ({ role: 'tool', toolCallId: call.id, content: resultText(result) }) as const,
    ),
    ...(images.length === 0 ? [] : [userMessage(images)]),
  ];
}

function resultText({ content, hasFailed }: ToolResult): string {
  const nothing = imagesIn(content).length > 0 ? 'See the image that follows.' : 'The tool has returned nothing.';
  const text = textOf(content) || nothing;
  return hasFailed ? `The tool has failed: ${text}` : text;
}

/** Returns the texts of a content as one. */
export function textOf(content: Content): string {
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

export function imagesIn(content: Content): readonly ImagePart[] {
  return content.filter((part) => part.type === 'image');
}

function userMessage(content: Content): ChatMessage {
  return imagesIn(content).length === 0 ? { role: 'user', content: textOf(content) } : { role: 'user', content };
}

/** Joins messages of the user in a row, because some models only take turns. */
function mergeUserMessages(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const all: ChatMessage[] = [];
  for (const message of messages) {
    const before = all.at(-1);
    if (before?.role === 'user' && message.role === 'user') {
      const bothAreText = typeof before.content === 'string' && typeof message.content === 'string';
      all[all.length - 1] = bothAreText
        ? { role: 'user', content: `${before.content}\n\n${message.content}` }
        : { role: 'user', content: [...toContent(before.content), ...toContent(message.content)] };
    } else all.push(message);
  }
  return all;
}

function toContent(content: string | Content): Content {
  return typeof content === 'string' ? textContent(content) : content;
}
