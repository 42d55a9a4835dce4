import { setTimeout as delay } from 'node:timers/promises';
import type { Step } from '../../support/testGateway';
import { rateLimited } from '../../../src/demo/replies';
import { answer, cutAfter, replySequence } from '../../support/replies';
import type { ConversationPanel } from './conversationPanel';
import type { Language } from './words';

interface SceneTexts {
  readonly prompt: string;
  /** The part of the answer before the connection breaks. */
  readonly beforeCut: string;
  readonly afterCut: string;
}

const sceneTexts: Readonly<Record<Language, SceneTexts>> = {
  en: {
    prompt: 'How should a client retry a failed request?',
    beforeCut:
      '**Wait as long as the gateway asks.** Without a `Retry-After` header:\n\n' +
      '1. Double the delay after each failure, up to a limit.\n' +
      '2. Add jitter, so that clients don’t all come ba',
    afterCut:
      'ck at the same moment.\n' +
      '3. Stop after a few attempts.\n\n' +
      'When a stream breaks, keep what has arrived and ask for the rest.',
  },
  'zh-cn': {
    prompt: '请求失败后，客户端应该怎样重试？',
    beforeCut:
      '**网关要求等多久，就等多久**。如果没有 `Retry-After` 响应头：\n\n' +
      '1. 每次失败后，等待时间加倍，直到上限。\n' +
      '2. 加入随机抖动，避免所有客户端',
    afterCut: '同时重试。\n3. 尝试几次之后就停止。\n\n数据流中断时，保留已经收到的内容，只请求其余部分。',
  },
};

const retryAfterSeconds = 4;
/** Milliseconds between two deltas of the answer: slow enough to see it grow. */
const everyMs = 60;
/** Milliseconds without a delta at the start of the resumed request, so that a viewer notices that the stream broke. */
const resumeDelayMs = 1200;

/**
 * Plays the animation of the README: a prompt, a countdown after a rate limit, a broken stream, and the remaining
 * answer.
 */
export async function playReadmeScene(panel: ConversationPanel): Promise<void> {
  const { prompt, beforeCut, afterCut } = sceneTexts[panel.language];
  const chunkChars = panel.language === 'en' ? 5 : 2;
  panel.gateway.reset();
  panel.gateway.script = replySequence(
    rateLimited(retryAfterSeconds),
    cutAfter(beforeCut, 'reset', { chunkChars, everyMs }),
    () => afterDelay(answer(afterCut, { chunkChars, everyMs })),
  );
  await panel.prompt.click();
  await delay(1000);
  await panel.prompt.pressSequentially(prompt, { delay: panel.language === 'en' ? 25 : 60 });
  await delay(500);
  await panel.prompt.press('Enter');
  await panel.inState('waiting').waitFor();
  await panel.inState('done').waitFor();
  await delay(4000);
}

function* afterDelay(steps: Iterable<Step>): Iterable<Step> {
  yield { send: ': working\n\n' };
  yield { waitMs: resumeDelayMs };
  yield* steps;
}
