import * as vscode from 'vscode';
import { hostFeatures } from './hostFeatures';
import type { PlainImage, PlainMessage, PlainPart } from './plainMessage';
import { promptTreeText } from './promptTree';

/** Proposed API, but sent all the same: known by its number alone. */
const systemRole = 3;

/** Parts of every kind a host may send; unknown ones are left out, as is what a model has thought. */
export function plainMessage({ role, content }: vscode.LanguageModelChatRequestMessage): PlainMessage {
  return { role: roleOf(role), parts: content.flatMap((part) => plainPart(part)) };
}

function roleOf(role: number): PlainMessage['role'] {
  if (role === systemRole) return 'system';
  const assistantRole: number = vscode.LanguageModelChatMessageRole.Assistant;
  return role === assistantRole ? 'assistant' : 'user';
}

function plainPart(part: unknown): readonly PlainPart[] {
  if (typeof part === 'string') return [{ type: 'text', text: part }];
  if (part instanceof vscode.LanguageModelToolCallPart) {
    return [{ type: 'tool-call', id: part.callId, name: part.name, arguments: jsonOf(part.input) }];
  }
  if (part instanceof vscode.LanguageModelToolResultPart) {
    const parts = part.content.flatMap((each) => plainPart(each));
    const text = parts.map((each) => (each.type === 'text' ? each.text : '')).join('');
    const images = parts.filter((each): each is PlainImage => each.type === 'image');
    const failed = (part as { readonly isError?: unknown }).isError === true;
    return [{ type: 'tool-result', id: part.callId, text, images, failed }];
  }
  if (part instanceof vscode.LanguageModelPromptTsxPart) {
    return [{ type: 'text', text: promptTreeText(part.value) }];
  }
  if (part instanceof vscode.LanguageModelDataPart) return plainData(part);
  const { Thinking } = hostFeatures();
  if (Thinking && part instanceof Thinking) return [];
  return part instanceof vscode.LanguageModelTextPart ? [{ type: 'text', text: part.value }] : [];
}

/** Hosts mark things for other providers with data of their own types: caches, states, signatures. */
function plainData({ mimeType, data }: vscode.LanguageModelDataPart): readonly PlainPart[] {
  const type = mimeType.toLowerCase();
  if (type.startsWith('image/')) return [{ type: 'image', mimeType: type, data }];
  const isText = type.startsWith('text/') || /^application\/(?:[\w.-]+\+)?json$/.test(type);
  return isText ? [{ type: 'text', text: new TextDecoder().decode(data) }] : [];
}

function jsonOf(input: unknown): string {
  return JSON.stringify(input ?? {});
}
