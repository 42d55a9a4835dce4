import { isRecord } from '../../engine/json';
import type { ExportedRequest } from './exportedRequest';
import { javaScriptLiteral, linesOf, pythonLiteral } from './literals';
import nodeFile from './programs/ask.mjs?text';
import pythonFile from './programs/ask.py?text';

/**
 * Splits a program before and after its example request. The copied request is inserted between the two returned parts.
 */
const programParts = (file: string) => file.split(/^\S+ Example request\n[^]*\n\S+ End of the example\n/m);

const [pythonHead = '', pythonTail = ''] = programParts(pythonFile);
const [nodeHead = '', nodeTail = ''] = programParts(nodeFile);

const otherGatewayNotice = 'Copied from the offline demo. This program calls your own gateway and model.';
const retryAfterComment = 'a longer delay requested by the gateway ends the program';
const idleComment = 'an answer without data for this long is treated as cut off';

/** Returns a Python program that sends a request. */
export function pythonCode(request: ExportedRequest): string {
  const { baseUrl, model, messages, otherFields, retry, idleTimeoutMs, isOwn } = request;
  const declarations = [
    ...(!isOwn ? [`# ${otherGatewayNotice}`] : []),
    `BASE_URL = ${pythonLiteral(baseUrl)}`,
    'REQUEST = {',
    `    "model": ${pythonLiteral(model)},`,
    '    "messages": [',
    ...messages.map(({ role, content }) => `        {"role": "${role}", "content": ${pythonValue(content)}},`),
    '    ],',
    ...Object.entries(otherFields).map(([name, value]) => `    ${pythonLiteral(name)}: ${pythonValue(value)},`),
    '}',
    '# All times are in seconds.',
    `MAX_RETRIES = ${retry.maxRetries}`,
    `BASE_DELAY = ${retry.baseDelayMs / 1000}`,
    `MAX_DELAY = ${retry.maxDelayMs / 1000}`,
    `MAX_RETRY_AFTER = ${retry.maxHintMs / 1000}  # ${retryAfterComment}`,
    `IDLE_TIMEOUT = ${idleTimeoutMs / 1000}  # ${idleComment}`,
  ];
  return `${pythonHead}${declarations.join('\n')}\n${pythonTail}`;
}

/**
 * Returns a Node.js program that sends a request. The program runs as an ES module and as a CommonJS module, because it
 * contains neither a static import nor `require`.
 */
export function nodeCode(request: ExportedRequest): string {
  const { baseUrl, model, messages, otherFields, retry, idleTimeoutMs, isOwn } = request;
  const declarations = [
    ...(!isOwn ? [`// ${otherGatewayNotice}`] : []),
    `const baseURL = ${javaScriptLiteral(baseUrl)};`,
    'const request = {',
    `  model: ${javaScriptLiteral(model)},`,
    '  messages: [',
    ...messages.map(({ role, content }) => `    { role: "${role}", content: ${nodeValue(content)} },`),
    '  ],',
    ...Object.entries(otherFields).map(([name, value]) => `  ${propertyName(name)}: ${javaScriptLiteral(value)},`),
    '};',
    `const maxRetries = ${retry.maxRetries};`,
    `const baseDelayMs = ${retry.baseDelayMs};`,
    `const maxDelayMs = ${retry.maxDelayMs};`,
    `const maxRetryAfterMs = ${retry.maxHintMs}; // ${retryAfterComment}`,
    `const idleTimeoutMs = ${idleTimeoutMs}; // ${idleComment}`,
  ];
  return `${nodeHead}${declarations.join('\n')}\n${nodeTail}`;
}

/** Returns a JSON value as a Python literal, with one line for each line of a text. */
function pythonValue(value: unknown): string {
  if (typeof value === 'string') {
    const lines = linesOf(value).map(pythonLiteral);
    return lines.length === 1 ? lines.join('') : `(\n            ${lines.join('\n            ')}\n        )`;
  }
  if (Array.isArray(value)) return `[${value.map(pythonValue).join(', ')}]`;
  if (isRecord(value)) {
    const fields = Object.entries(value).map(([name, field]) => `${pythonLiteral(name)}: ${pythonValue(field)}`);
    return `{${fields.join(', ')}}`;
  }
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : value === null ? 'None' : JSON.stringify(value);
}

function propertyName(name: string): string {
  return /^[a-z]\w*$/i.test(name) ? name : javaScriptLiteral(name);
}

/** Returns a JSON value as a JavaScript literal, with one line for each line of a text. */
function nodeValue(value: unknown): string {
  if (typeof value === 'string') return linesOf(value).map(javaScriptLiteral).join(' +\n      ');
  if (Array.isArray(value)) return `[${value.map(nodeValue).join(', ')}]`;
  if (!isRecord(value)) return javaScriptLiteral(value);
  const fields = Object.entries(value).map(([name, field]) => `${propertyName(name)}: ${nodeValue(field)}`);
  return `{ ${fields.join(', ')} }`;
}
