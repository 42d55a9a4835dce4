import type { IncomingMessage } from 'node:http';
import type { ErrorBody } from './replies';
import type { ChatBody } from './script';

/** @returns undefined when the client left before it had said everything: that is no request. */
export function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.once('end', () => resolve(Buffer.concat(parts).toString('utf8')));
    incoming.once('error', () => resolve(undefined));
  });
}

/** @returns undefined unless it is JSON, an object, with a model and messages. */
export function parseChatBody(body: string): ChatBody | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  return isChatBody(value) ? value : undefined;
}

function isChatBody(value: unknown): value is ChatBody {
  if (typeof value !== 'object' || value === null) return false;
  return 'model' in value && typeof value.model === 'string' && 'messages' in value && Array.isArray(value.messages);
}

/** @returns what is wrong with the `Authorization` header. */
export function bearerFault(authorization: string | undefined, required: boolean | string): ErrorBody | undefined {
  if (required === false) return undefined;
  const key = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (key === undefined) {
    return { message: "You didn't provide an API key.", type: 'invalid_request_error', code: 'missing_api_key' };
  }
  if (required === true || key === required) return undefined;
  return { message: 'Incorrect API key provided.', type: 'invalid_request_error', code: 'invalid_api_key' };
}
