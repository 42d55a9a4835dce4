import type { ExportedRequest } from './exportedRequest';
import { javaScriptLiteral, linesOf } from './literals';

/** The same for every request; `baseURL`, `request` and the numbers stand before it. */
export const nodeProgram = String.raw`
let OpenAI;
let text = ""; // the part of the answer that has been printed

process.once("SIGINT", () => process.exit(130)); // Ctrl+C ends the program immediately
process.stdout.on("error", () => process.exit(1)); // the reader of the output has gone

async function main() {
  const apiKey = process.env.HOLYSHEEP_API_KEY?.trim();
  if (!apiKey) throw new Error("Set the environment variable HOLYSHEEP_API_KEY to your API key.");
  // The openai package would send some of these variables to the gateway.
  for (const name of Object.keys(process.env)) if (name.startsWith("OPENAI_")) delete process.env[name];
  ({ default: OpenAI } = await import("openai"));
  // Redirects are not followed, so that the key is only sent to baseURL.
  const fetch = (url, options) => globalThis.fetch(url, { ...options, redirect: "manual" });
  // maxRetries: 0, because the loop below does the retries.
  const client = new OpenAI({ apiKey, baseURL, maxRetries: 0, timeout: silenceMs, fetch });
  for (let retries = 0; ; retries++) {
    try {
      const finish = await attempt(client);
      if (process.stdout.isTTY) console.log();
      if (finish === "length" || finish === "content_filter") note("The answer was cut off: " + finish + ".");
      return;
    } catch (error) {
      const delayMs = delayBefore(error, retries);
      note(why(error) + " Retrying in " + (delayMs / 1000).toFixed(1) + " s (" + (retries + 1) + " of " + maxRetries + ").");
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}

// Prints an answer, or the rest of an answer that was cut off. Returns the finish reason. Without one, the answer was cut off.
async function attempt(client) {
  const stream = await client.chat.completions.create({ ...request, messages: messages() });
  let held = text === "" ? undefined : ""; // buffers the rest until it is clear how much of it repeats the text
  let finish;
  let timer;
  const take = (more, ended) => {
    if (held !== undefined) {
      held += more;
      const repeated = overlap(held, ended);
      if (repeated === undefined) return;
      if (repeated === 0 && held.length >= 64 && text.startsWith(held.slice(0, 64)))
        throw new Error("The model restarted the answer instead of continuing it.");
      more = held.slice(repeated);
      held = undefined;
    }
    process.stdout.write(printable(more));
    text += more;
  };
  try {
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(() => stream.controller.abort(), silenceMs);
    };
    watch();
    for await (const chunk of stream) {
      watch();
      const choice = chunk.choices?.[0];
      finish = choice?.finish_reason || undefined;
      take(choice?.delta?.content ?? "", finish !== undefined);
      if (finish) return finish;
    }
  } catch (cause) {
    throw new Cut(why(cause), cause);
  } finally {
    clearTimeout(timer);
  }
  throw new Cut("The stream ended without a finish reason.");
}

class Cut extends Error {
  constructor(reason, cause) {
    super("The answer was cut off. " + reason);
    // An error that the gateway sends within the stream may have a code.
    this.code = cause?.code;
    this.type = cause?.type;
  }
}

function messages() {
  if (text === "") return request.messages;
  const goOn =
    "Continue your answer: it was cut off by a connection error. Its last characters are «" + text.slice(-200).toWellFormed() +
    "». Write on from the exact next character after them. No preamble, no apology, no repetition of what is there.";
  return [...request.messages, { role: "assistant", content: text.toWellFormed() }, { role: "user", content: goOn }];
}

// Returns how many characters at the start of "more" repeat the end of the text, or undefined if it is too early to tell.
function overlap(more, ended) {
  for (let start = 0; start < text.length; start++) {
    const length = text.length - start;
    if (more.length < length) {
      if (!ended && text.startsWith(more, start)) return undefined;
    } else {
      // A shorter match may be a coincidence.
      if (length < 16) return 0;
      if (more.startsWith(text.slice(start)) && /[\p{L}\p{N}]/u.test(text.slice(start))) return length;
    }
  }
  return 0;
}

// Returns the delay in milliseconds. Throws if a retry would not help.
function delayBefore(error, retries) {
  if (!isTransient(error) || retries >= maxRetries) throw error;
  const hintMs = error.status === undefined ? 0 : hintOf(error.headers);
  if (hintMs > maxHintMs) throw new Error(why(error) + " The gateway asked for a wait of " + Math.ceil(hintMs / 1000) + " s. Try again later.");
  // Waits at least as long as the gateway asked, plus a random margin.
  if (hintMs > 0) return Math.ceil(hintMs) + 10 + Math.random() * Math.min(5000, Math.max(240, hintMs / 10));
  return Math.random() * Math.min(maxDelayMs, baseDelayMs * 2 ** retries); // full jitter
}

function isTransient(error) {
  const told = [error.code, error.type, error.message].join(" ");
  // An empty balance can also be a 429, and waiting does not help.
  if (/insufficient[ _](\w+[ _])?(quota|balance|credit|fund)|billing_|余额不足|额度不足|欠费/i.test(told)) return false;
  const inStream = error instanceof Cut && error.code >= 400 ? Number(error.code) : undefined;
  const status = error.status ?? inStream;
  if (status !== undefined) return [408, 409, 425, 429].includes(status) || status >= 500;
  return error instanceof Cut || error instanceof OpenAI.APIConnectionError;
}

// Returns the delay that the gateway asked for, in milliseconds, or 0 if it did not ask.
function hintOf(headers) {
  const header = (name) => headers?.get?.(name) ?? headers?.[name] ?? "";
  const number = (value) => (/^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : 0);
  const date = (value) => (/GMT\s*$/.test(value) ? Date.parse(value) : NaN);
  const now = date(header("date")) || Date.now();
  const after = header("retry-after");
  return number(header("retry-after-ms")) || number(after) * 1000 || Math.max(0, date(after) - now) || 0;
}

function why(error) {
  if (error.status >= 300 && error.status < 400) return error.status + " The base URL redirects to another address. The redirect was not followed.";
  const { message } = error instanceof Error && error.cause instanceof Error ? { message: why(error.cause) } : error;
  return String(message).slice(0, 300).replace(/[^.!?。]$/, "$&.");
}

function note(message) {
  console.error((text === "" ? "" : "\n") + printable(message));
}

// Removes control characters, which a terminal would interpret, except tab and line feed.
function printable(words) {
  return words.replace(/(?![\t\n])\p{Cc}/gu, "");
}

main().catch((error) => {
  note(why(error));
  process.exitCode = 1;
});
`;

/** An ES module or a CommonJS file, whatever it is saved as: it has no static import and no `require`. */
export function nodeCode(request: ExportedRequest): string {
  const { baseUrl, model, messages, temperature, maxTokens, retry, fromDemo } = request;
  const { maxRetries, baseDelayMs, maxDelayMs, maxHintMs, silenceMs } = retry;
  const facts = [
    ...(fromDemo ? ['// Copied from the offline demo. This program calls your own gateway and model.'] : []),
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
    `const maxHintMs = ${maxHintMs}; // a longer delay requested by the gateway ends the program`,
    `const silenceMs = ${silenceMs}; // an answer without data for this long counts as cut off`,
  ];
  return `${head}${facts.join('\n')}\n${nodeProgram}`;
}

const head = `\
// Sends a prompt to a model and prints the answer as it arrives. Requires Node.js 20 or later.
//   1. npm install openai
//   2. Set the environment variable HOLYSHEEP_API_KEY to your API key.
//   3. Save this as ask.mjs, and run: node ask.mjs

`;

function textOf(content: string): string {
  const lines = linesOf(content).map(javaScriptLiteral);
  return lines.length === 1 ? ` ${lines.join('')}` : `\n      ${lines.join(' +\n      ')}`;
}
