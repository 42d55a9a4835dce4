import assert from 'node:assert/strict';
import type { JournalRecord } from '../../../src/host/journal/records';
import { EngineWorld } from '../../support/engineRun';
import { fakeSets } from '../../support/host/fakeSets';
import { openConversation, reopened } from '../../support/host/openedConversation';
import { answering, cutAfter, rateLimited, status, streaming, type Reply } from '../../support/scriptedFetch';
import { settle } from '../../support/virtualClock';

const claude = 'claude-sonnet-4-5';
const systemPrompt = `Be brief. ${'A long page of notes. '.repeat(250)}`;
const mark = ',"cache_control":{"type":"ephemeral"}';

interface CountedRequest {
  readonly model: string;
  /** The messages as JSON, without cache marks. */
  readonly messages: readonly string[];
  readonly marks: number;
  /** Number of messages at the beginning that equal those of the previous counted request to the same model. */
  readonly commonMessages: number;
}

/** Opens a conversation with the real engine and a gateway that counts how many messages it has seen before. */
function openCountedConversation() {
  let replies: readonly Reply[] = [];
  let replied = 0;
  const { engine, wire, clock } = new EngineWorld({
    replies: [(request) => replies[Math.min(replied++, replies.length - 1)]!(request)],
  });
  const { gatewaySets } = fakeSets({
    run: (request, options) => engine.run(request, options),
    defaults: ({ model = claude } = {}) => ({ model, systemPrompt, maxTokens: 500 }),
  });
  let world = openConversation({ gatewaySets });
  const earlierLines: JournalRecord[] = [];
  const counted: CountedRequest[] = [];

  /** Starts a turn and waits for its end. @returns its first request */
  const run = async (start: () => unknown, ...turnReplies: readonly Reply[]) => {
    const first = wire.requests.length;
    [replies, replied] = [turnReplies, 0];
    start();
    await settle();
    while (world.conversation.busy && (await clock.next()) !== undefined);
    return wire.requests[first]!;
  };
  const count = async (start: () => unknown, ...turnReplies: readonly Reply[]): Promise<CountedRequest> => {
    const { model, messages } = (await run(start, ...turnReplies)).body;
    const json = messages.map((message) => JSON.stringify(message));
    const marks = json.join('').split(mark).length - 1;
    const unmarked = json.map((message) => message.replaceAll(mark, ''));
    const previous = counted.findLast((request) => request.model === model)?.messages ?? [];
    const firstOther = previous.findIndex((message, index) => message !== unmarked[index]);
    const commonMessages = firstOther < 0 ? previous.length : firstOther;
    const request = { model, messages: unmarked, marks, commonMessages };
    counted.push(request);
    return request;
  };
  const last = () => world.conversation.last!.answer;
  return {
    counted,
    /** Sends a prompt. @param turnReplies the replies to the attempts of the turn */
    ask: (model: string, ...turnReplies: readonly Reply[]) => {
      const prompt = `Question ${counted.length}`;
      const content = `${prompt}\n\n<file>\r\n\tcontent\n</file>\n`;
      return count(() => world.conversation.ask({ prompt, content }, [model]), ...turnReplies);
    },
    stop: async (): Promise<void> => {
      await settle();
      world.conversation.stop(last().id);
      await settle();
    },
    continue: (...turnReplies: readonly Reply[]) => run(() => world.conversation.continue(last().id), ...turnReplies),
    summarize: (...turnReplies: readonly Reply[]) =>
      count(() => world.conversation.summarize(last().id, claude), ...turnReplies),
    reload: (): void => {
      earlierLines.push(...world.lines);
      world = openConversation({ gatewaySets, stored: reopened(earlierLines) });
    },
    lastText: () => last().state.text,
  };
}

/** Answers that are easily changed when they are stored and sent again. */
const answers = [
  '  Indented.\n',
  'Line one\r\nline two\r\n\r\n',
  '```ts\nconst a = 1;\n```\n\n',
  '你好，世界！👩‍👩‍👧',
  'a\u200bb\u00a0c\td\u202e',
  '<think>Hm.</think>\n\nDone',
];
const refusal = status(400, { error: { message: "Unsupported parameter: 'max_tokens'", param: 'max_tokens' } });

describe('messages of consecutive requests', () => {
  it('begin with the messages of the request before, for 20 turns', async () => {
    const conversation = openCountedConversation();
    const { ask, counted } = conversation;
    for (const text of answers) await ask(claude, answering(text));
    await ask(claude, status(503), answering('After a retry'));
    await ask(claude, rateLimited(2), answering('After a wait'));
    await ask(claude, cutAfter('Cut in the '), answering('middle'));
    assert.equal(conversation.lastText(), 'Cut in the middle');
    await ask(claude, cutAfter(), answering('Replayed'));
    await ask(claude, refusal, answering('Corrected'));
    for (const text of ['From another', 'model']) await ask('gpt-4o', answering(text));
    await ask(claude, answering('Back again\n'));
    conversation.reload();
    await ask(claude, answering('After a reload'));
    const stopping = ask(
      claude,
      streaming((body) => body.delta('Stopped in the')),
    );
    await conversation.stop();
    await stopping;
    await conversation.continue(answering(' middle'));
    assert.equal(conversation.lastText(), 'Stopped in the middle');
    await ask(claude, answering('After a stop'));
    conversation.reload();
    await ask(claude, answering('After another reload'));
    await conversation.summarize(answering('In short:\u200b \n\n```ts Hidden\nconst a = 1;\n```'));
    const { commonMessages } = await ask(claude, answering('After a summary'));
    assert.equal(commonMessages, 1, 'only the system message remains after a summary');
    conversation.reload();
    await ask(claude, answering('The end'));
    await ask(claude, answering('The very end'));

    const afterSummary = counted.length - 3;
    for (const [index, { model, commonMessages: common }] of counted.entries()) {
      if (index === afterSummary) continue;
      const previous = counted.slice(0, index).findLast((request) => request.model === model)?.messages ?? [];
      assert.equal(common, previous.length, `request ${index}`);
    }
    assert.ok(counted.length > 20);
    const expectedMarks = counted.map(({ model }, index) => (model === claude && index > 0 ? 2 : 0));
    assert.deepEqual(
      counted.map(({ marks }) => marks),
      expectedMarks,
    );
  });
});
