import type { Reply } from '../../support/scriptedFetch';
import type { Outcome } from './outcome';
import type { Model } from './model';

/** A failure on the way to an answer, and the outcome that each client should have. */
export interface Fault {
  /** Names of the failure in the languages of docs/retry-and-resume.md. */
  readonly en: string;
  /** Description for the Chinese table. */
  readonly zh: string;
  /** Replies to the first, second … request. Later requests get the last reply. */
  readonly replies: (model: Model) => readonly Reply[];
  /** Expected outcome of the client that tutorials teach. */
  readonly tutorial: Outcome;
  /** Expected outcome of the engine. */
  readonly ours: Outcome;
}

const overloaded = { message: 'Overloaded', type: 'overloaded_error' };
const rateLimit = { message: 'Too many requests', type: 'rate_limit_error', code: 'rate_limit_exceeded' };

/** The failures that both clients are compared with. */
export const faults: readonly Fault[] = [
  { en: 'no failure', zh: '一切正常', replies: ({ answers }) => [answers], tutorial: 'whole', ours: 'whole' },
  {
    en: '429, `Retry-After: 5`',
    zh: '429，`Retry-After: 5`',
    replies: (model) => [model.refuses(429, rateLimit, { 'retry-after': '5' }), model.answers],
    tutorial: 'whole',
    ours: 'whole',
  },
  {
    en: '429, `Retry-After: 600`',
    zh: '429，`Retry-After: 600`',
    replies: (model) => [model.refuses(429, rateLimit, { 'retry-after': '600' })],
    tutorial: 'error',
    ours: 'error',
  },
  {
    en: '429, `insufficient_quota`',
    zh: '429，`insufficient_quota`（余额用完）',
    replies: (model) => [model.refuses(429, { message: 'You exceeded your quota', code: 'insufficient_quota' })],
    tutorial: 'error',
    ours: 'error',
  },
  {
    en: '401, a wrong key',
    zh: '401，密钥错误',
    replies: (model) => [model.refuses(401, { message: 'Incorrect API key', code: 'invalid_api_key' })],
    tutorial: 'error',
    ours: 'error',
  },
  {
    en: '503, three times',
    zh: '503，连续三次',
    replies: (model) => [...Array<Reply>(3).fill(model.refuses(503, overloaded)), model.answers],
    tutorial: 'whole',
    ours: 'whole',
  },
  {
    en: '529 `overloaded`, three times',
    zh: '529 `overloaded`，连续三次',
    replies: (model) => [...Array<Reply>(3).fill(model.refuses(529, overloaded)), model.answers],
    tutorial: 'error',
    ours: 'whole',
  },
  {
    en: 'the connection is reset before the first byte',
    zh: '还没有收到字节，连接就被重置',
    replies: (model) => [model.resets, model.answers],
    tutorial: 'whole',
    ours: 'whole',
  },
  {
    en: 'the connection is reset in the middle of the answer',
    zh: '回答到一半，连接被重置',
    replies: (model) => [model.cut('reset'), model.answers],
    tutorial: 'doubled',
    ours: 'whole',
  },
  {
    en: 'the stream stalls in the middle of the answer',
    zh: '回答到一半，数据流卡住',
    replies: (model) => [model.cut('stall'), model.answers],
    tutorial: 'hangs',
    ours: 'whole',
  },
  {
    en: 'the stream ends in the middle of the answer, without a finish reason',
    zh: '回答到一半，数据流正常结束，却没有结束原因',
    replies: (model) => [model.cut('close'), model.answers],
    tutorial: 'half',
    ours: 'whole',
  },
  {
    en: '200 with the sign-in page of a network',
    zh: '200，却是上网登录页',
    replies: ({ portal }) => [portal],
    tutorial: 'nothing',
    ours: 'error',
  },
];
