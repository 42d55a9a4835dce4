import * as vscode from 'vscode';
import { isRecord } from '../../../engine/json';
import {
  partsOf,
  textOf,
  type ChatMessage,
  type ContentPart,
  type ImagePart,
  type MessageContent,
  type ToolCall,
} from '../../../engine/request';
import { estimateTokens } from '../../../engine/text/tokenEstimate';

type Content = readonly ContentPart[];
type Call = ToolCall & { result?: ToolResult };

interface ToolResult {
  readonly content: Content;
  readonly hasFailed: boolean;
}

interface ParsedMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: Content;
  readonly calls: readonly Call[];
}

/**
 * Converts messages of VS Code's language model API to the messages of a request to the gateway. Tool results are
 * placed after the message that contains their tool calls. Consecutive user messages are merged. Tool calls without a
 * result are left out, because gateways reject them. Results without a tool call are sent as text. The parts with which
 * VS Code asks for caching become cache marks.
 */
export function requestMessages(messages: readonly vscode.LanguageModelChatRequestMessage[]): readonly ChatMessage[] {
  const pendingCalls: Call[] = [];
  const parsed = messages.map((message) => parseMessage(message, pendingCalls));
  return mergeUserMessages(parsed.flatMap(toRequestMessages));
}

/**
 * Parses a message, and adds its tool results to the matching tool calls. Some models use the same call IDs in every
 * message, so a result belongs to the last call with its ID.
 * @param pendingCalls tool calls of previous messages that have no result yet. The array is updated.
 */
function parseMessage(
  { role, content: parts }: vscode.LanguageModelChatRequestMessage,
  pendingCalls: Call[] = [],
): ParsedMessage {
  const content: ContentPart[] = [];
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
      const index = pendingCalls.findLastIndex(({ id }) => id === part.callId);
      const [call] = index < 0 ? [] : pendingCalls.splice(index, 1);
      if (call) call.result = result;
      else content.push(...partsOf(resultContent(result)), ...imagesIn(result.content));
    } else content.push(...parseContent(part));
  }
  pendingCalls.push(...calls);
  return { role: roleOf(role), content, calls };
}

/** The number with which VS Code marks a system message. Only VS Code's proposed API has a name for this role. */
const systemRole = 3;

function roleOf(role: number): ParsedMessage['role'] {
  if (role === systemRole) return 'system';
  const assistantRole: number = vscode.LanguageModelChatMessageRole.Assistant;
  return role === assistantRole ? 'assistant' : 'user';
}

function parseContent(part: unknown): Content {
  if (typeof part === 'string') return textContent(part);
  if (part instanceof vscode.LanguageModelTextPart) return textContent(part.value);
  if (part instanceof vscode.LanguageModelPromptTsxPart) return textContent(promptTreeText(part.value));
  // Some editors don't have the class `LanguageModelDataPart`, so the class can be undefined.
  const { LanguageModelDataPart: Data } = vscode as Partial<typeof vscode>;
  return Data && part instanceof Data ? dataContent(part) : [];
}

/** Returns a text as message content. An unpaired surrogate is replaced, because UTF-8 can't represent it. */
function textContent(text: string): Content {
  return text === '' ? [] : [{ type: 'text', text: text.toWellFormed() }];
}

/**
 * Returns a data part as message content if it is an image, text or a cache mark. Other data, such as states and
 * signatures, is left out, because it is meant for other providers.
 */
function dataContent({ mimeType, data }: vscode.LanguageModelDataPart): Content {
  const type = mimeType.toLowerCase();
  if (type.startsWith('image/')) {
    return [{ type: 'image', mimeType: type, data: Buffer.from(data).toString('base64') }];
  }
  if (type === 'cache_control') return [{ type: 'cacheMark' }];
  const isText = type.startsWith('text/') || /^application\/(?:[\w.-]+\+)?json$/.test(type);
  return isText ? textContent(new TextDecoder().decode(data)) : [];
}

/**
 * Returns the text of a prompt tree. Extensions that use `@vscode/prompt-tsx` pass such a tree instead of text. Source:
 * the package's JSON format, in which each node with a `text` has a flag for a line break before the text.
 */
function promptTreeText(tree: unknown): string {
  let text = '';
  let isFirst = true;
  const visit = (node: unknown): void => {
    if (!isRecord(node)) return;
    if (typeof node['text'] === 'string') {
      const startsLine = node['lineBreakBefore'] === true || node['lineBreakBefore'] === 1;
      text += (startsLine && !isFirst ? '\n' : '') + node['text'];
      isFirst = false;
    }
    if (Array.isArray(node['children'])) (node['children'] as readonly unknown[]).forEach(visit);
    visit(node['node']);
  };
  visit(tree);
  return text;
}

function toRequestMessages({ role, content, calls }: ParsedMessage): readonly ChatMessage[] {
  const parts = role === 'user' ? content : content.filter(({ type }) => type !== 'image');
  const message = parts.length === 0 ? [] : [{ role, content: compact(parts) }];
  const answered = calls.flatMap(({ result, ...call }) => (result ? [{ call, result }] : []));
  if (role !== 'assistant' || answered.length === 0) return message;
  // The images of a tool result are sent in a user message, because a tool message can contain only text.
  const images = answered.flatMap(({ call, result }) => {
    const toolImages = imagesIn(result.content);
    return toolImages.length === 0 ? [] : [...textContent(`Shown by the tool ${call.name}:`), ...toolImages];
  });
  return [
    { role, content: compact(parts), toolCalls: answered.map(({ call }) => call) },
    ...answered.map(
      ({ call, result }) => ({ role: 'tool', toolCallId: call.id, content: resultContent(result) }) as const,
    ),
    ...(images.length === 0 ? [] : [{ role: 'user', content: images } as const]),
  ];
}

/** Returns the text of a tool result, with the cache marks at its end. */
function resultContent({ content, hasFailed }: ToolResult): MessageContent {
  const placeholder = imagesIn(content).length > 0 ? 'See the image that follows.' : 'The tool has returned nothing.';
  const text = textOf(content) || placeholder;
  const marks = content.filter(({ type }) => type === 'cacheMark');
  return compact([{ type: 'text', text: hasFailed ? `The tool has failed: ${text}` : text }, ...marks]);
}

function imagesIn(content: Content): readonly ImagePart[] {
  return content.filter((part) => part.type === 'image');
}

/**
 * Returns content in its shortest form. Only texts become one string. If the content also has cache marks, the texts
 * between two marks are joined. Content with images remains unchanged.
 */
function compact(content: Content): MessageContent {
  if (imagesIn(content).length > 0) return content;
  if (content.every(({ type }) => type === 'text')) return textOf(content);
  const parts: ContentPart[] = [];
  for (const part of content) {
    const last = parts.at(-1);
    if (last?.type === 'text' && part.type === 'text')
      parts[parts.length - 1] = { ...part, text: last.text + part.text };
    else parts.push(part);
  }
  return parts;
}

/**
 * Merges consecutive user messages, because some models require that the roles alternate. Cache marks without other
 * content are added to the message before them.
 */
function mergeUserMessages(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const merged: ChatMessage[] = [];
  for (const message of messages) {
    const previous = merged.at(-1);
    const parts = partsOf(message.content);
    const isOnlyMarks = !('toolCalls' in message) && parts.every(({ type }) => type === 'cacheMark');
    if (previous && isOnlyMarks)
      merged[merged.length - 1] = { ...previous, content: [...partsOf(previous.content), ...parts] };
    else if (previous?.role === 'user' && message.role === 'user')
      merged[merged.length - 1] = { role: 'user', content: mergeContent(partsOf(previous.content), parts) };
    else if (!isOnlyMarks) merged.push(message);
  }
  return merged;
}

/**
 * Merges the content of two consecutive user messages. The texts are not joined, so that the parts of the request are the
 * same with and without a cache mark between the two messages. For a model that needs no marks, the engine joins the
 * texts later, and a blank line separates them.
 */
function mergeContent(first: Content, second: Content): Content {
  if (imagesIn([...first, ...second]).length > 0) return [...partsOf(compact(first)), ...partsOf(compact(second))];
  const start = second.findIndex(({ type }) => type === 'text');
  return [...first, ...second.with(start, { type: 'text', text: `\n\n${textOf(second.slice(start, start + 1))}` })];
}

/**
 * Number of tokens that each message needs in addition to its text. Source: OpenAI Cookbook, "How to count tokens with
 * tiktoken".
 */
const tokensPerMessage = 4;

/**
 * Number of tokens of an image with 1024 × 1024 pixels. Source: OpenAI's vision guide, which states 85 tokens, plus 170
 * tokens for each tile of 512 × 512 pixels.
 */
const tokensPerImage = 85 + 4 * 170;

export function estimateMessageTokens(message: vscode.LanguageModelChatRequestMessage): number {
  const { content, calls } = parseMessage(message);
  const callTexts = calls.map(({ name, arguments: json }) => `${name}(${json})`);
  const tokens = estimateTokens([textOf(content), ...callTexts].join('\n'));
  return tokensPerMessage + tokens + tokensPerImage * imagesIn(content).length;
}
