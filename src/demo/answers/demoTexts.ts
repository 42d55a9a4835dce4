import englishText from './answers.en.md?text';
import chineseText from './answers.zh-cn.md?text';

/**
 * Keywords of the topics for which the offline demo has an answer. The first match wins, so specific topics come before
 * general topics.
 */
export const keywords = {
  retryAfter: /retry-after|rate.?limit|\b429\b|限流|限速/i,
  idempotency: /idempoten|\btwice\b|duplicate|幂等|重复/i,
  failover: /failover|backup gateway|备用网关|故障切换/i,
  breaker: /breaker|overload|outage|\b(503|529)\b|熔断|过载/i,
  jitter: /jitter|thundering|抖动|惊群/i,
  backoff: /back.?off|exponential|退避|指数/i,
  resume: /resum|stall|\bcut\b|\bstream|interrupt|续传|中断|断开|卡住|流式/i,
  overview: /retr(y|ies)|重试/i,
};

export type Topic = keyof typeof keywords;

export const topics = Object.keys(keywords) as readonly Topic[];

/**
 * The answers of the offline demo in one language. `notice` comes before the answer if the prompt contains code or
 * names no topic of the demo. `reasoning` is streamed before an answer.
 */
export type DemoTexts = Readonly<Record<Topic | 'notice' | 'reasoning', string>>;

export const english = parseTexts(englishText);
export const chinese = parseTexts(chineseText);

/** Splits a Markdown file into parts at the HTML comments that name the parts. */
function parseTexts(file: string): DemoTexts {
  const [, ...parts] = file.split(/^<!-- (\w+) -->$/m).map((part) => part.trim());
  const named = parts.flatMap((name, index) => (index % 2 === 0 ? [[name, parts[index + 1]]] : []));
  return Object.fromEntries(named) as DemoTexts;
}
