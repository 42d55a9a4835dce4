import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import type { Localize } from '../../../../src/engine/engine';
import {
  chatExchanges,
  parseIntent,
  historyMessages,
  type ChatExchange,
} from '../../../../src/host/chat/participant/chatHistory';
import type { ChatMetadata } from '../../../../src/host/chat/participant/chatMetadata';

type Turn = vscode.ChatContext['history'][number];

const localize: Localize = (message) => message;

/** A request and its response, as VS Code gives them back. */
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

const exchanges = (...history: readonly (readonly Turn[])[]): readonly ChatExchange[] =>
  chatExchanges(history.flat(), localize);

describe('the history of the chat', () => {
  it('has what we were asked and have answered, not what others were', () => {
    const past = exchanges(
      turns('one', ['eins'], { state: 'done' }),
      turns('two', ['zwei'], { state: 'done' }, { participant: 'other' }),
    );
    assert.deepEqual(historyMessages(past), [
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'eins' },
    ]);
  });

  it('has what the model was sent, not only what was typed', () => {
    const past = exchanges(turns('', ['It adds.'], { state: 'done', command: 'explain', content: 'Explain: a + b' }));
    assert.equal(historyMessages(past)[0]?.content, 'Explain: a + b');
  });

  it('has exactly the text of the model', () => {
    const past = exchanges(
      turns('q', ['```\na\n```\n', '```\nb'], {
        state: 'done',
        inserted: [
          [6, 4],
          [10, 4],
        ],
      }),
    );
    assert.equal(past[0]?.text, '```\na\nb');
  });

  it('leaves out what was no answer', () => {
    const noCode = turns('', ['Open a file.'], { state: 'note' }, { command: 'fix' });
    const nothing = turns('q', [], { state: 'failed' });
    assert.deepEqual(historyMessages(exchanges(noCode, nothing)), []);
  });

  it('has an answer as a whole that was continued', () => {
    const past = exchanges(
      turns('q', ['one '], { state: 'length', reasoned: true }),
      turns('Continue', ['two '], { state: 'stopped' }),
      turns('continue.', ['three'], { state: 'done' }),
    );
    assert.deepEqual(past, [
      { content: 'q', command: undefined, code: undefined, text: 'one two three', state: 'done', hadReasoning: true },
    ]);
  });

  it('has the answer that was asked for again instead of the one before', () => {
    const past = exchanges(
      turns('q', ['half'], { state: 'failed', content: 'q with code' }),
      turns('Ask again', ['whole'], { state: 'done' }),
    );
    assert.deepEqual(
      past.map(({ content, text }) => [content, text]),
      [['q with code', 'whole']],
    );
  });

  it('takes what has no result for stopped', () => {
    assert.equal(exchanges(turns('q', ['half']))[0]?.state, 'stopped');
  });

  it('is not led astray by what another version has kept', () => {
    const odd = { state: 'done', inserted: [['a', 1]], code: { label: 1 }, content: 7 } as unknown as ChatMetadata;
    assert.deepEqual(exchanges(turns('q', ['a'], odd))[0]?.content, 'q');
  });

  it('is cut to the newest exchanges that fit', () => {
    const past = ['1', '2', '3'].map((n): ChatExchange => ({
      content: n.repeat(5),
      text: n.repeat(5),
      state: 'done',
      hadReasoning: false,
    }));
    assert.deepEqual(
      historyMessages(past, 20).map(({ content }) => content[0]),
      ['2', '2', '3', '3'],
    );
  });
});

describe('the words of the buttons', () => {
  const last = (state: ChatExchange['state'], text = 'half'): ChatExchange => ({
    content: 'q',
    text,
    state,
    hadReasoning: false,
  });
  const chinese: Localize = (message) => (message === 'Continue' ? '继续' : '再问一次');

  for (const state of ['length', 'stopped', 'failed'] as const) {
    it(`go on with an answer that is ${state}`, () => {
      assert.equal(parseIntent({ prompt: ' continue ' }, last(state), localize), 'continue');
      assert.equal(parseIntent({ prompt: '继续' }, last(state), chinese), 'continue');
      assert.equal(parseIntent({ prompt: 'Ask again' }, last(state), localize), 'again');
    });
  }

  it('ask again where there is nothing to continue', () => {
    assert.equal(parseIntent({ prompt: 'continue' }, last('failed', ''), localize), 'again');
  });

  it('are a question like any other after a whole answer, with a command, and in the beginning', () => {
    assert.equal(parseIntent({ prompt: 'continue' }, last('done'), localize), undefined);
    assert.equal(parseIntent({ prompt: 'continue', command: 'fix' }, last('length'), localize), undefined);
    assert.equal(parseIntent({ prompt: 'continue' }, undefined, localize), undefined);
  });

  it('are whole prompts', () => {
    assert.equal(parseIntent({ prompt: 'continue with the second point' }, last('length'), localize), undefined);
  });
});
