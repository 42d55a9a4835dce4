import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import type * as ChatHistory from '../../../../src/host/chat/participant/chatHistory';
import type { parseIntent as ParseIntent } from '../../../../src/host/chat/participant/chatIntent';
import type { ChatMetadata } from '../../../../src/host/chat/participant/chatMetadata';
import { englishL10n, useVSCode } from '../../../support/fakeVSCode';
import { rowsOf } from '../../../support/valuesOf';

type Turn = vscode.ChatContext['history'][number];

let { chatExchanges, historyMessages } = {} as typeof ChatHistory;

/** Returns a request and its response in the form in which VS Code returns them. */
function turns(
  prompt: string,
  answer: readonly string[],
  metadata?: ChatMetadata,
  { participant = 'holysheep.prompt', command }: { participant?: string; command?: string } = {},
): readonly Turn[] {
  const button = { value: { command: 'c', title: 't' } };
  const parts = answer.flatMap((value) => [{ value: { value } }, button]);
  return [
    { prompt, participant, command, references: [], toolReferences: [] },
    { response: parts, participant, command, result: { metadata } },
  ] as unknown as readonly Turn[];
}

const exchanges = (...history: readonly (readonly Turn[])[]): readonly ChatHistory.ChatExchange[] =>
  chatExchanges(history.flat());

describe('earlier messages that a chat prompt sends to the model', () => {
  useVSCode({ l10n: englishL10n });
  before(async () => {
    ({ chatExchanges, historyMessages } = await import('../../../../src/host/chat/participant/chatHistory'));
  });

  it('include only the exchanges with @holysheep', () => {
    const history = exchanges(
      turns('one', ['eins'], { state: 'done' }),
      turns('two', ['zwei'], { state: 'done' }, { participant: 'other' }),
    );
    assert.deepEqual(historyMessages(history), [
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'eins' },
    ]);
  });

  it('include the complete prompt of a command such as /explain, not only the text that the user typed', () => {
    const history = exchanges(
      turns('', ['It adds.'], { state: 'done', command: 'explain', content: 'Explain: a + b' }),
    );
    assert.equal(historyMessages(history)[0]?.content, 'Explain: a + b');
  });

  it("include the model's text without the code fences that the extension inserted", () => {
    const history = exchanges(
      turns('q', ['```\na\n```\n', '```\nb'], {
        state: 'done',
        inserted: [
          [6, 4],
          [10, 4],
        ],
      }),
    );
    assert.equal(history[0]?.text, '```\na\nb');
  });

  it('omit messages of the extension, and failed answers without text', () => {
    const noCode = turns('', ['Open a file.'], { state: 'note' }, { command: 'fix' });
    const nothing = turns('q', [], { state: 'failed' });
    assert.deepEqual(historyMessages(exchanges(noCode, nothing)), []);
  });

  it('contain a partial answer and its continuations as one message', () => {
    const history = exchanges(
      turns('q', ['one '], { state: 'length', reasoned: true }),
      turns('Continue', ['two '], { state: 'stopped' }),
      turns('continue.', ['three'], { state: 'done' }),
    );
    assert.deepEqual(history, [
      { content: 'q', command: undefined, code: undefined, text: 'one two three', state: 'done', hadReasoning: true },
    ]);
  });

  it('include only the new answer after the user clicked "Ask again" below a partial answer', () => {
    const history = exchanges(
      turns('q', ['partial'], { state: 'failed', content: 'q with code' }),
      turns('Ask again', ['complete'], { state: 'done' }),
    );
    assert.deepEqual(rowsOf(history, 'content', 'text'), [['q with code', 'complete']]);
  });

  it('include the text of a response that the user has stopped', () => {
    assert.equal(exchanges(turns('q', ['partial']))[0]?.state, 'stopped');
  });

  it('include a response with invalid metadata from another version of the extension', () => {
    const invalid = { state: 'done', inserted: [['a', 1]], code: { label: 1 }, content: 7 } as unknown as ChatMetadata;
    assert.deepEqual(exchanges(turns('q', ['a'], invalid))[0]?.content, 'q');
  });

  describe('that exceed the length limit', () => {
    /** Returns the numbers of the exchanges whose messages are sent. Exchange 1 is the oldest. */
    const sent = (limit: number, ...lengths: readonly number[]): readonly number[] => {
      const history = lengths.map((length, index): ChatHistory.ChatExchange => ({
        content: String(index + 1),
        text: 'a'.repeat(length - 1),
        state: 'done',
        hadReasoning: false,
      }));
      return historyMessages(history, limit).flatMap(({ role, content }) => (role === 'user' ? Number(content) : []));
    };

    it('include only the newest exchanges', () => {
      assert.deepEqual(sent(40, 10, 10, 10, 10), [1, 2, 3, 4]);
      assert.deepEqual(sent(40, 10, 10, 10, 10, 10), [4, 5]);
    });

    it('begin with the same exchange until the limit is reached again', () => {
      assert.deepEqual(sent(40, 10, 10, 10, 10, 10, 10, 10), [4, 5, 6, 7]);
      assert.deepEqual(sent(40, 10, 10, 10, 10, 10, 10, 10, 10), [7, 8]);
    });

    it('include an exchange that is longer than half of the limit', () => {
      assert.deepEqual(sent(40, 10, 20, 30), [3]);
    });
  });
});

describe('intent of a prompt in the chat', () => {
  useVSCode({ l10n: { t: (message: string) => (message === 'Continue' ? '继续' : '再问一次') } });
  let parseIntent: typeof ParseIntent;
  before(async () => {
    ({ parseIntent } = await import('../../../../src/host/chat/participant/chatIntent'));
  });

  const last = (state: ChatHistory.ChatExchange['state'], text = 'partial'): ChatHistory.ChatExchange => ({
    content: 'q',
    text,
    state,
    hadReasoning: false,
  });

  for (const { prompt, answer, intent } of [
    { prompt: ' continue ', answer: last('length'), intent: 'continue' },
    { prompt: 'Continue.', answer: last('stopped'), intent: 'continue' },
    { prompt: '继续', answer: last('failed'), intent: 'continue' },
    { prompt: 'Ask again', answer: last('failed'), intent: 'again' },
    { prompt: 'continue', answer: last('failed', ''), intent: 'again' },
    { prompt: 'continue', answer: last('done'), intent: undefined },
    { prompt: 'continue', answer: undefined, intent: undefined },
    { prompt: '/fix continue', answer: last('length'), intent: undefined },
    { prompt: 'continue with the second point', answer: last('length'), intent: undefined },
  ] as const) {
    it(`is ${intent} for “${prompt}” ${answer ? `after an answer with the state “${answer.state}” and the text “${answer.text}”` : 'without an earlier answer'}`, () => {
      const command = prompt.startsWith('/fix') ? 'fix' : undefined;
      assert.equal(parseIntent({ prompt: prompt.replace('/fix ', ''), command }, answer), intent);
    });
  }
});
