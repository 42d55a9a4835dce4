import type { OpenAI } from 'openai';
import type { RepairableParameter } from '../faults/unsupportedParameter';
import type { ChatRequest, ImagePart, TextPart, Tool } from '../request';
import type { OutgoingMessage } from '../answer/continuation';

type Body = OpenAI.ChatCompletionCreateParamsStreaming;

/** The request in the names of the wire, without what this gateway has refused before. */
export function requestBody(
  { model, temperature, maxTokens, topP, stop, tools, toolChoice }: Omit<ChatRequest, 'messages'>,
  messages: readonly OutgoingMessage[],
  unsupported: ReadonlySet<RepairableParameter>,
): Body {
  return {
    model,
    messages: messages.map(wireMessage),
    stream: true,
    ...(unsupported.has('stream_options') ? {} : { stream_options: { include_usage: true } }),
    ...(temperature === undefined || unsupported.has('temperature') ? {} : { temperature }),
    ...(maxTokens === undefined
      ? {}
      : { [unsupported.has('max_tokens') ? 'max_completion_tokens' : 'max_tokens']: maxTokens }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(stop?.length ? { stop: [...stop] } : {}),
    // Gateways reject an empty list, and a choice without one.
    ...(tools?.length ? { tools: tools.map(wireTool), ...(toolChoice && { tool_choice: toolChoice }) } : {}),
  };
}

function wireMessage(message: OutgoingMessage): Body['messages'][number] {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.toolCallId, content: message.content };
  if ('toolCalls' in message) {
    const calls = message.toolCalls.map(({ id, name, arguments: json }) => ({
      ...{ id, type: 'function' as const, function: { name, arguments: json } },
    }));
    // Some providers reject an empty text beside a call, none a missing one.
    return { role: 'assistant', content: message.content || null, tool_calls: calls };
  }
  if (typeof message.content !== 'string') return { role: 'user', content: message.content.map(wirePart) };
  const { role, content } = message;
  return 'prefix' in message ? Object.assign({ role, content }, { prefix: true }) : { role, content };
}

function wirePart(part: TextPart | ImagePart): OpenAI.ChatCompletionContentPart {
  if (part.type === 'text') return { type: 'text', text: part.text };
  return { type: 'image_url', image_url: { url: `data:${part.mimeType};base64,${part.data}` } };
}

function wireTool({ name, description, parameters }: Tool): OpenAI.ChatCompletionFunctionTool {
  return { type: 'function', function: { name, description, parameters: { ...parameters } } };
}
