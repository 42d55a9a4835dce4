import { javaScriptLiteral, linesOf } from './literals';
import { nodeProgram } from './nodeProgram';
import type { TakenRequest } from './exportedRequest';

/** An ES module or a CommonJS file, whatever it is saved as: it has no static import and no `require`. */
export function nodeCode(request: TakenRequest): string {
  const { baseUrl, model, messages, temperature, maxTokens, patience, fromDemo } = request;
  const { maxRetries, baseDelayMs, maxDelayMs, maxHintMs, silenceMs } = patience;
  const facts = [
    ...(fromDemo ? ['// The offline demo was asked. This asks your own gateway, and your own model.'] : []),
    `const baseURL = ${javaScriptLiteral(baseUrl)};`,
    'const request = {',
    `  model: ${javaScriptLiteral(model)},`,
    '  messages: [',
    ...messages.map(({ role, content }) => `    { role: "${role}", content:${textOf(content)} },`),
    '  ],',
    ...(temperature === undefined ? [] : [`  temperature: ${temperature},`]),
    ...(maxTokens === undefined ? [] : [`  max_tokens: ${maxTokens},`]),
    '  stream: true,',
    '};',
    `const maxRetries = ${maxRetries};`,
    `const baseDelayMs = ${baseDelayMs};`,
    `const maxDelayMs = ${maxDelayMs};`,
    `const maxHintMs = ${maxHintMs}; // a server that asks for more is not waited for`,
    `const silenceMs = ${silenceMs}; // without a word for so long, an answer counts as cut`,
  ];
  return `${head}${facts.join('\n')}\n${nodeProgram}`;
}

const head = `\
// Asks a model and prints its answer as it arrives. Node.js 20 or later.
//   1. npm install openai
//   2. Set the environment variable HOLYSHEEP_API_KEY to your API key.
//   3. Save this as ask.mjs, and run: node ask.mjs

`;

function textOf(content: string): string {
  const lines = linesOf(content).map(javaScriptLiteral);
  return lines.length === 1 ? ` ${lines.join('')}` : `\n      ${lines.join(' +\n      ')}`;
}
