import type { Language } from './words';

/** Prompts and answers in one language. A prompt has the name of the panel's state that it is for. */
export interface SampleTexts {
  readonly streaming: string;
  readonly waiting: string;
  readonly resuming: string;
  readonly failed: string;
  readonly failedPartial: string;
  readonly stopped: string;
  readonly interrupted: string;
  readonly quiet: string;
  readonly done: string;
  readonly context: string;
  readonly code: string;
  readonly reasoning: string;
  /** An answer with all Markdown elements, among them code and a table. */
  readonly answer: string;
  readonly short: string;
}

const code = `\`\`\`ts
/** Returns a delay with full jitter, between zero and the cap. */
export function delayOf(attempt: number, { base = 1000, cap = 60_000 } = {}): number {
  return Math.random() * Math.min(cap, base * 2 ** attempt);
}
\`\`\``;

export const sampleTexts: Readonly<Record<Language, SampleTexts>> = {
  en: {
    streaming: 'How should a client retry?',
    waiting: 'What if the gateway limits the rate?',
    resuming: 'What if the connection is lost during an answer?',
    failed: 'Does a retry help if the balance is empty?',
    failedPartial: 'What if the balance runs out during an answer?',
    stopped: 'Tell me everything about backoff',
    interrupted: 'What happens if I close the window?',
    quiet: 'What does a long silence mean?',
    done: 'Which failures are worth a retry?',
    context: 'What does this do?',
    code: 'Write a delay function with jitter',
    reasoning:
      'The user asks about retries. The delay that the gateway names comes first, then the backoff, with a limit for both.',
    answer: `## How to retry

Wait **as long as the gateway asks**, and never less. Without a \`Retry-After\` header, back off with jitter:

${code}

| Status | Retry? | When |
|---|:---:|---|
| 429 | yes | after \`Retry-After\` |
| 402 | no | after a top-up |
| 503 | yes | after a backoff |

1. Respect the delay of the gateway.
2. Keep the partial answer.
   - never duplicate text
   - never lose text
3. Show what happens. See [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#field.retry-after).

- [x] the delay has a source
- [ ] the account has credit

> A retry that can't succeed takes a request away from someone else.
`,
    short:
      'Temporary failures: rate limits, overload and lost connections. A retry does not fix a wrong key or an empty ' +
      'balance, it only adds load. If an answer is cut off, request the rest from the exact next character, so that no ' +
      'text is lost or duplicated.',
  },
  'zh-cn': {
    streaming: '客户端应该怎样重试？',
    waiting: '如果网关拒绝了请求呢？',
    resuming: '回答到一半连接断了怎么办？',
    failed: '余额不足时，重试有用吗？',
    failedPartial: '如果余额在中途用完呢？',
    stopped: '请详细讲讲退避',
    interrupted: '窗口关闭之后会怎样？',
    quiet: '长时间没有动静说明什么？',
    done: '哪些失败值得再试一次？',
    context: '这段代码做什么？',
    code: '写一个带抖动的延迟函数',
    reasoning: '用户问的是重试。先看服务器的提示，再看退避，两者都要有上限。',
    answer: `## 重试要点

**服务器要求等多久，就等多久**，一秒也不能少。没有提示时，使用带抖动的退避：

${code.replace('Returns a delay with full jitter, between zero and the cap.', '返回带完全抖动的延迟：零到上限之间的任意值。')}

| 状态码 | 是否重试 | 何时重试 |
|---|:---:|---|
| 429 | 是 | 按 \`Retry-After\` 的要求 |
| 402 | 否 | 等到充值之后 |
| 503 | 是 | 退避之后 |

1. 听从服务器的提示。
2. 保留已经收到的内容。
   - 绝不重复
   - 绝不丢失
3. 说明发生了什么。参见 [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#field.retry-after)。

- [x] 等待时间有来源
- [ ] 账户有余额

> 不可能成功的重试，只会占用别人的请求机会。
`,
    short:
      '会自行恢复的失败：请求过多、服务器过载、连接断开。密钥有误或余额不足需要人来处理，再试一次只会增加负担。' +
      '中途断开的回答会从中断处的下一个字符继续获取，既不丢失，也不重复。',
  },
};

/** Returns a prompt with a pasted log, of which the panel shows only the beginning. */
export function longPrompt({ context }: SampleTexts): string {
  const log = Array.from({ length: 60 }, (_, n) => `10:${20 + n} worker ${n % 4}: attempt ${n} took ${n * 37} ms`);
  return [context, '', ...log].join('\n');
}
