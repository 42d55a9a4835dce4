import assert from 'node:assert/strict';

import { EngineRun } from '../../support/engineRun';
import { streaming, type LiveBody, type Reply } from '../../support/scriptedFetch';

const maxAnswerChars = 32 * 1024 * 1024;
const maxTurnBytes = 256 * 1024 * 1024;

const mebibyte = 1024 * 1024;

/**
 * Sends events as long as the engine reads them, and records whether the engine aborted the connection. Strings are
 * sent unchanged, other values as the data of an event.
 */
class EndlessReply {
  aborted = false;

  constructor(
    private readonly event: (sent: number) => unknown,
    private readonly perRound = 1,
  ) {}

  readonly reply: Reply = streaming((body, { signal }) => {
    signal.addEventListener('abort', () => (this.aborted = true));
    void this.send(body);
  });

  private async send(body: LiveBody): Promise<void> {
    for (let sent = 0; !this.aborted && !body.canceled; sent += this.perRound) {
      for (let n = 0; n < this.perRound; n++) {
        const event = this.event(sent + n);
        if (typeof event === 'string') body.send(event);
        else body.event(event);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

const delta = (fields: unknown): unknown => ({ choices: [{ index: 0, delta: fields }] });
const call = (fields: unknown): unknown => delta({ tool_calls: [fields] });

describe('size limit of an answer', function () {
  this.timeout(20_000);

  const filler = 'x'.repeat(mebibyte);
  const endless: readonly (readonly [name: string, event: (sent: number) => unknown])[] = [
    ['text', () => delta({ content: filler })],
    ['reasoning', () => delta({ reasoning_content: filler })],
    ['arguments of a tool call', () => call({ index: 0, id: 'c1', function: { name: 'read', arguments: filler } })],
    [
      'text, reasoning and tool call arguments',
      (sent) =>
        [delta({ content: filler }), delta({ reasoning: filler }), call({ index: 0, function: { arguments: filler } })][
          sent % 3
        ],
    ],
    ['IDs of a tool call', (sent) => call({ index: 0, id: `${sent}${filler}` })],
  ];

  for (const [name, event] of endless) {
    it(`ends the turn when an endless stream of ${name} exceeds the limit`, async () => {
      const gateway = new EndlessReply(event);
      const run = await new EngineRun({ replies: [gateway.reply] }).toEnd();
      const { kind, actions } = run.last('failed');
      assert.equal(kind, 'too-large');
      assert.ok(!actions.includes('continue'));
      assert.equal(run.last('ended').row, 'answerTooLong');
      assert.equal(run.wire.requests.length, 1);
      assert.equal(run.of('waiting').length + run.of('cut').length, 0);
      assert.ok(gateway.aborted);
    });
  }

  it('keeps the text that arrived before the answer was too long', async () => {
    const gateway = new EndlessReply(() => delta({ content: filler }));
    const run = await new EngineRun({ replies: [gateway.reply] }).toEnd();
    assert.equal(run.last('failed').text.length, maxAnswerChars);
    assert.equal(run.shownText.length, maxAnswerChars);
  });

  it('applies to the text of all attempts of a turn together', async () => {
    const part = (chars: number): Reply =>
      streaming((body) => {
        for (let sent = 0; sent < chars; sent += mebibyte) body.delta(filler);
        void new Promise((resolve) => setImmediate(resolve)).then(() => body.break());
      });
    const run = await new EngineRun({ replies: [part(20 * mebibyte)], settings: { resume: 'restart' } }).toEnd();
    assert.equal(run.last('failed').kind, 'too-large');
    assert.equal(run.wire.requests.length, 2);
  });

  it('accepts an answer of exactly the maximum size', async () => {
    const longAnswer = streaming((body) => {
      for (let sent = 0; sent < maxAnswerChars; sent += mebibyte) body.delta(filler);
      body.finish().done();
    });
    const run = await new EngineRun({ replies: [longAnswer] }).toEnd();
    assert.equal(run.last('done').text.length, maxAnswerChars);
  });

  it('ends the turn when the response bodies are too long, even if they contain mostly SSE comments', async () => {
    const comments = `: ${'x'.repeat(8 * mebibyte)}\n\n`;
    const gateway = new EndlessReply((sent) => (sent % 2 === 0 ? comments : delta({ content: 'x' })));
    const run = await new EngineRun({ replies: [gateway.reply] }).toEnd();
    assert.equal(run.last('failed').kind, 'too-large');
    assert.equal(run.wire.requests.length, 1);
    assert.ok(run.last('ended').bytes <= maxTurnBytes + 9 * mebibyte);
  });

  it('ends the turn at the 129th tool call', async () => {
    const gateway = new EndlessReply((sent) => call({ index: sent, id: `c${sent}`, function: { name: 'read' } }), 50);
    const run = await new EngineRun({ replies: [gateway.reply] }).toEnd();
    assert.equal(run.last('failed').kind, 'too-large');
    assert.equal(new Set(run.of('tool-call').map(({ index }) => index)).size, 128);
    assert.equal(run.wire.requests.length, 1);
  });

  it('accepts 128 tool calls', async () => {
    const calls = Array.from({ length: 128 }, (_, index) => ({ index, id: `c${index}`, function: { name: 'read' } }));
    const reply = streaming((body) =>
      body
        .event(delta({ tool_calls: calls }))
        .finish('tool_calls')
        .done(),
    );
    const run = await new EngineRun({ replies: [reply] }).toEnd();
    assert.equal(run.last('done').finishReason, 'tool_calls');
    assert.equal(run.of('tool-call').length, 128);
  });
});
