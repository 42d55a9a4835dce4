import assert from 'node:assert/strict';
import { isTerminal, type StreamEvent } from '../../../../src/engine/events/events';
import { englishWords } from '../../../support/englishWords';
import { englishL10n, useVSCode } from '../../../support/fakeVSCode';
import { attempt, done, text } from '../../../support/host/scriptedEngine';
import {
  LanguageModelDataPart,
  LanguageModelTextPart,
  LanguageModelThinkingPart,
  LanguageModelToolCallPart,
} from './languageModelParts';
import { refOf } from '../../../support/gatewayRef';

const base = { attempt: 1, at: 0 };
const replaced = (content: string): StreamEvent => ({ ...base, type: 'replaced', text: content });
const toolCall = (json: string, id?: string, name?: string, index = 0): StreamEvent => ({
  ...base,
  type: 'tool-call',
  index,
  id,
  name,
  arguments: json,
});
const waiting = (reason: 'rate-limit' | 'offline', hintMs?: number): StreamEvent => ({
  type: 'waiting',
  attempt: 2,
  at: 0,
  until: 9_000,
  delayMs: 2_400,
  source: 'server',
  reason,
  maxAttempts: 6,
  message: 'Rate limited.',
  actions: [],
  hintMs,
});

/** The end of a status line about a wait. */
const nextAttempt = ` · attempt 2 of 6 · Retrying at ${englishWords.format.timeOfDay(9000, { seconds: true })}`;

/** Returns a reported part as one line. A status is a thinking part with an ID. */
function lineOf(part: unknown): string | undefined {
  if (part instanceof LanguageModelTextPart) return `text ${part.value}`;
  if (part instanceof LanguageModelToolCallPart)
    return `call ${part.callId} ${part.name} ${JSON.stringify(part.input)}`;
  if (part instanceof LanguageModelDataPart) return `${part.mimeType} ${new TextDecoder().decode(part.data)}`;
  const { value, id, metadata } = part as LanguageModelThinkingPart;
  if (metadata) return undefined;
  return id ? `status ${value.replaceAll('**', '').trim()}` : `reasoning ${value}`;
}

/** Returns the reported parts in order, one line each, and why the answer is not complete. */
async function respond(
  events: readonly StreamEvent[],
  canReport: (part: unknown) => boolean = () => true,
): Promise<{ readonly lines: readonly string[]; readonly earlyEnd: string | undefined }> {
  const { ModelAnswer } = await import('../../../../src/host/chat/provider/modelAnswer');
  const lines: string[] = [];
  const report = (part: unknown): void => {
    if (!canReport(part)) throw new Error('unknown part');
    const line = lineOf(part);
    if (line !== undefined) lines.push(line);
  };
  const answer = new ModelAnswer({ report }, englishWords);
  for (const event of events) answer.handle(event);
  const end = events.find(isTerminal);
  const early = end && answer.finish(end);
  return { lines, earlyEnd: early && `${early.kind}: ${early.message}` };
}

const gateway: StreamEvent = {
  ...base,
  type: 'gateway',
  from: refOf('https://a.example'),
  to: refOf('https://b.example'),
  reason: 'dns',
};
const cut: StreamEvent = { ...base, type: 'cut', reason: 'truncated', message: 'Cut off.' };

const cases: readonly {
  readonly behavior: string;
  readonly events: readonly StreamEvent[];
  readonly lines: readonly string[];
}[] = [
  {
    behavior: 'sends each part of the text as it arrives',
    events: [text('a'), text('b'), done('ab')],
    lines: ['text a', 'text b'],
  },
  {
    behavior: 'sends the reasoning separately',
    events: [{ ...base, type: 'reasoning', text: 'hm' }, done('')],
    lines: ['reasoning hm'],
  },
  {
    behavior: 'shows a wait in one status line',
    events: [waiting('rate-limit')],
    lines: [`status Rate limited. The gateway said to wait 2.4 s${nextAttempt}`],
  },
  {
    behavior: 'shows a gateway switch before the first text',
    events: [gateway, text('ab'), gateway, text('cd'), done('abcd')],
    lines: ["status Sent to b.example, because a.example couldn't be reached (host not found).", 'text ab', 'text cd'],
  },
  {
    behavior: 'resumes a broken stream without repeating text',
    events: [text('ab'), cut, text('cd'), done('abcd')],
    lines: ['text ab', 'text cd'],
  },
  {
    behavior: 'sends only the additional text of a restarted answer',
    events: [text('ab'), replaced('abcd'), text('e'), done('abcde')],
    lines: ['text ab', 'text cd', 'text e'],
  },
  {
    behavior: 'sends a tool call when the answer is complete',
    events: [attempt('m', 1), toolCall('{"a"', '1', 'read'), toolCall(':1}'), done('')],
    lines: ['call 1 read {"a":1}'],
  },
  {
    behavior: 'treats missing arguments of a tool call as an empty object',
    events: [toolCall('', '1', 'read'), done('')],
    lines: ['call 1 read {}'],
  },
  {
    behavior: 'keeps the order of several tool calls',
    events: [toolCall('{}', 'b', 'two', 1), toolCall('{}', 'a', 'one', 0), done('')],
    lines: ['call a one {}', 'call b two {}'],
  },
  {
    behavior: 'adds a missing ID to a tool call',
    events: [toolCall('{}', undefined, 'read', 3), done('')],
    lines: ['call call_3 read {}'],
  },
  {
    behavior: 'discards the tool calls of an attempt whose stream broke',
    events: [
      attempt('m', 1),
      toolCall('{"a"', '1', 'read'),
      cut,
      attempt('m', 2),
      toolCall('{"b":2}', '2', 'read'),
      done(''),
    ],
    lines: ['call 2 read {"b":2}'],
  },
  {
    behavior: 'discards the tool calls of a broken stream when the new attempt makes none',
    events: [attempt('m', 1), toolCall('{}', '1', 'read'), cut, attempt('m', 2), text('a'), done('a')],
    lines: ['text a'],
  },
  {
    behavior: 'sends only the tool calls of a restarted answer whose text differs from the text that was already sent',
    events: [
      text('Let me see.'),
      cut,
      attempt('m', 2),
      replaced('I look.'),
      toolCall('{}', '2', 'read'),
      done('I look.'),
    ],
    lines: ['text Let me see.', 'call 2 read {}'],
  },
  {
    behavior: 'shows no wait after text',
    events: [text('a'), waiting('rate-limit'), text('b'), done('ab')],
    lines: ['text a', 'text b'],
  },
  {
    behavior: 'ends without a message when the turn is stopped',
    events: [text('a'), { ...base, type: 'stopped', text: 'a' }],
    lines: ['text a'],
  },
];

const failures: readonly {
  readonly cause: string;
  readonly events: readonly StreamEvent[];
  readonly failure: RegExp;
}[] = [
  {
    cause: 'the turn fails, with the message of the turn',
    events: [
      {
        ...base,
        type: 'failed',
        kind: 'auth',
        status: 401,
        requestId: undefined,
        message: 'Rejected.',
        text: '',
        actions: [],
      },
    ],
    failure: /^auth: Rejected\.$/,
  },
  {
    cause: 'a restarted answer differs from the text that was already sent',
    events: [text('ab'), replaced('xyz'), done('xyz')],
    failure: /^truncated: .*doesn't match the text shown/,
  },
  {
    cause: 'the arguments of a tool call are invalid JSON',
    events: [toolCall('{"a', '1', 'read'), done('')],
    failure: /^malformed: .*invalid call to the read tool/,
  },
  {
    cause: 'the arguments of a tool call are not an object',
    events: [toolCall('[1]', '1', 'read'), done('')],
    failure: /^malformed/,
  },
  {
    cause: 'the token limit is reached',
    events: [text('a'), done('a', 'length')],
    failure: /^length: .*cut off at the token limit/,
  },
  {
    cause: 'the token limit is reached within a tool call',
    events: [toolCall('{"a', '1', 'read'), done('', 'length')],
    failure: /^malformed: The token limit/,
  },
];

describe('answer for the language model API', () => {
  useVSCode({
    l10n: englishL10n,
    LanguageModelTextPart,
    LanguageModelThinkingPart,
    LanguageModelToolCallPart,
    LanguageModelDataPart,
  });
  for (const { behavior, events, lines } of cases)
    it(behavior, async () => assert.deepEqual(await respond(events), { lines, earlyEnd: undefined }));
  for (const { cause, events, failure } of failures)
    it(`fails when ${cause}`, async () => assert.match((await respond(events)).earlyEnd ?? '', failure));

  it('contains no tool call if any of its tool calls is invalid', async () =>
    assert.deepEqual((await respond([toolCall('{}', '1', 'a', 0), toolCall('{', '2', 'b', 1), done('')])).lines, []));

  it('ends with the token usage of all attempts, in the format of the OpenAI API', async () => {
    const usage = { ...base, type: 'usage', promptTokens: 1, completionTokens: 1, totalTokens: 2 } as const;
    const total = { ...usage, totalTokens: 4, cachedTokens: 1, reasoningTokens: 2, cost: 0.01 };
    const { lines } = await respond([usage, total, done('')]);
    assert.deepEqual(
      lines.map((line) => JSON.parse(line.replace(/^usage /, '')) as unknown),
      [
        {
          prompt_tokens: 1,
          completion_tokens: 1,
          total_tokens: 4,
          cost: 0.01,
          prompt_tokens_details: { cached_tokens: 1 },
          completion_tokens_details: { reasoning_tokens: 2 },
        },
      ],
    );
    const withoutUsage = await respond([text('a'), total, done('a')], (part) => part instanceof LanguageModelTextPart);
    assert.deepEqual(withoutUsage, { lines: ['text a'], earlyEnd: undefined });
  });
});

describe("answer for the language model API in an editor without VS Code's proposed API", () => {
  useVSCode({ LanguageModelTextPart });

  it('contains the text, but no reasoning', async () => {
    const usage = { ...base, type: 'usage', promptTokens: 1, completionTokens: 1, totalTokens: 2 } as const;
    const events = [waiting('rate-limit'), { ...base, type: 'reasoning', text: 'hm' } as const, text('a'), usage];
    assert.deepEqual((await respond([...events, done('a')])).lines, ['text a']);
  });
});
