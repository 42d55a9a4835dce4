// Sends a prompt to a model and prints the answer as it arrives. Requires Node.js 20 or later.
//   1. npm install openai
//   2. Set the environment variable HOLYSHEEP_API_KEY to your API key.
//   3. Save this as ask.mjs, and run: node ask.mjs

// Example request
const baseURL = 'https://api.holysheep.ai/v1';
const request = {
  model: 'claude-sonnet-4',
  messages: [{ role: 'user', content: 'Why do clients add jitter?' }],
  stream: true,
};
const maxRetries = 5;
const baseDelayMs = 1000;
const maxDelayMs = 60000;
const maxRetryAfterMs = 300000;
const idleTimeoutMs = 120000;
// End of the example

let OpenAI;
let text = ''; // the part of the answer that has been printed

process.once('SIGINT', () => process.exit(130)); // Ctrl+C ends the program immediately
process.stdout.on('error', () => process.exit(1)); // writing fails if the program that reads the output has ended

async function main() {
  const apiKey = process.env.HOLYSHEEP_API_KEY?.trim();
  if (!apiKey) throw new Error('Set the environment variable HOLYSHEEP_API_KEY to your API key.');
  // The openai package would send some of these environment variables to the gateway.
  for (const name of Object.keys(process.env)) if (name.startsWith('OPENAI_')) delete process.env[name];
  ({ default: OpenAI } = await import('openai'));
  // Redirects are not followed, so that the key is only sent to baseURL.
  const fetch = (url, options) => globalThis.fetch(url, { ...options, redirect: 'manual' });
  // The openai package does not retry (maxRetries: 0), because the loop below retries.
  const client = new OpenAI({ apiKey, baseURL, maxRetries: 0, timeout: idleTimeoutMs, fetch });
  for (let retries = 0; ; retries++) {
    try {
      const finishReason = await streamAnswer(client);
      if (process.stdout.isTTY) console.log();
      if (finishReason === 'length' || finishReason === 'content_filter')
        log('The answer was cut off: ' + finishReason + '.');
      return;
    } catch (error) {
      const delayMs = retryDelay(error, retries);
      log(
        describeError(error) +
          ' Retrying in ' +
          (delayMs / 1000).toFixed(1) +
          ' s (' +
          (retries + 1) +
          ' of ' +
          maxRetries +
          ').',
      );
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}

// Prints an answer, or the rest of an answer that was cut off. Returns the finish reason.
async function streamAnswer(client) {
  const stream = await client.chat.completions.create({ ...request, messages: messagesToSend() });
  // Holds back the continuation until its overlap with the printed text is known.
  let buffer = text === '' ? undefined : '';
  let finishReason;
  let idleTimer;
  const append = (content, isLast) => {
    if (buffer !== undefined) {
      buffer += content;
      const overlap = overlapLength(buffer, isLast);
      if (overlap === undefined) return;
      if (overlap === 0 && buffer.length >= 64 && text.startsWith(buffer.slice(0, 64)))
        throw new Error('The model restarted the answer instead of continuing it.');
      content = buffer.slice(overlap);
      buffer = undefined;
    }
    process.stdout.write(withoutControls(content));
    text += content;
  };
  try {
    const restartTimer = () => {
      clearTimeout(idleTimer);
      idleTimer = setTimeout(() => stream.controller.abort(), idleTimeoutMs);
    };
    restartTimer();
    for await (const chunk of stream) {
      restartTimer();
      const choice = chunk.choices?.[0];
      finishReason = choice?.finish_reason || undefined;
      append(choice?.delta?.content ?? '', finishReason !== undefined);
      if (finishReason) return finishReason;
    }
  } catch (cause) {
    throw new CutOffError(describeError(cause), cause);
  } finally {
    clearTimeout(idleTimer);
  }
  throw new CutOffError('The stream ended without a finish reason.');
}

class CutOffError extends Error {
  constructor(reason, cause) {
    super('The answer was cut off. ' + reason);
    // If the gateway sends an error within the stream, the error might have a code.
    this.code = cause?.code;
    this.type = cause?.type;
  }
}

function messagesToSend() {
  if (text === '') return request.messages;
  const instruction =
    'Continue your answer: it was cut off by a connection error. Its last characters are «' +
    text.slice(-200).toWellFormed() +
    '». Write on from the exact next character after them. No preamble, no apology, no repetition of what is there.';
  return [
    ...request.messages,
    { role: 'assistant', content: text.toWellFormed() },
    { role: 'user', content: instruction },
  ];
}

// Returns how many characters at the start of "content" repeat the end of the printed text.
// Returns undefined if more content is needed to decide this.
function overlapLength(content, isLast) {
  for (let start = 0; start < text.length; start++) {
    const length = text.length - start;
    if (content.length < length) {
      if (!isLast && text.startsWith(content, start)) return undefined;
    } else {
      // A match of fewer than 16 characters could be a coincidence.
      if (length < 16) return 0;
      if (content.startsWith(text.slice(start)) && /[\p{L}\p{N}]/u.test(text.slice(start))) return length;
    }
  }
  return 0;
}

// Returns the delay before the next attempt in milliseconds. Throws if a retry would not help.
function retryDelay(error, retries) {
  if (!isTransient(error) || retries >= maxRetries) throw error;
  const retryAfterMs = error.status === undefined ? 0 : parseRetryAfter(error.headers);
  if (retryAfterMs > maxRetryAfterMs)
    throw new Error(
      describeError(error) + ' The gateway said to wait ' + Math.ceil(retryAfterMs / 1000) + ' s. Try again later.',
    );
  // Waits for the time that the gateway asked for, plus a random margin.
  if (retryAfterMs > 0)
    return Math.ceil(retryAfterMs) + 10 + Math.random() * Math.min(5000, Math.max(240, retryAfterMs / 10));
  // Full jitter: waits for a random time between 0 and the exponential backoff.
  return Math.random() * Math.min(maxDelayMs, baseDelayMs * 2 ** retries);
}

function isTransient(error) {
  const details = [error.code, error.type, error.message].join(' ');
  // Some gateways report an empty balance with status 429. A retry does not help then.
  if (/insufficient[ _](\w+[ _])?(quota|balance|credit|fund)|billing_|余额不足|额度不足|欠费/i.test(details))
    return false;
  const statusInStream = error instanceof CutOffError && error.code >= 400 ? Number(error.code) : undefined;
  const status = error.status ?? statusInStream;
  if (status !== undefined) return [408, 409, 425, 429].includes(status) || status >= 500;
  return error instanceof CutOffError || error instanceof OpenAI.APIConnectionError;
}

// Returns the delay that the gateway asked for, in milliseconds, or 0 if there is none.
function parseRetryAfter(headers) {
  const header = (name) => headers?.get?.(name) ?? headers?.[name] ?? '';
  const parseNumber = (value) => (/^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : 0);
  const parseDate = (value) => (/GMT\s*$/.test(value) ? Date.parse(value) : NaN);
  const now = parseDate(header('date')) || Date.now();
  const retryAfter = header('retry-after');
  return (
    parseNumber(header('retry-after-ms')) ||
    parseNumber(retryAfter) * 1000 ||
    Math.max(0, parseDate(retryAfter) - now) ||
    0
  );
}

function describeError(error) {
  if (error.status >= 300 && error.status < 400)
    return error.status + ' The base URL redirects to another address. The redirect was not followed.';
  const { message } =
    error instanceof Error && error.cause instanceof Error ? { message: describeError(error.cause) } : error;
  return String(message)
    .slice(0, 300)
    .replace(/[^.!?。]$/, '$&.');
}

function log(message) {
  console.error((text === '' ? '' : '\n') + withoutControls(message));
}

// Removes control characters, which a terminal would interpret, except tab and line feed.
function withoutControls(string) {
  return string.replace(/(?![\t\n])\p{Cc}/gu, '');
}

main().catch((error) => {
  log(describeError(error));
  process.exitCode = 1;
});
