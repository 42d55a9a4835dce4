import assert from 'node:assert/strict';
import { fake } from '../../support/fake';
import type { TurnOutput } from '../../../src/engine/turn/turnOutput';
import fc from 'fast-check';
import type { ResumeFrom } from '../../../src/engine/engine';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { Answer, type RequestMode } from '../../../src/engine/turn/answer';
import { propertyRuns } from '../../support/propertyRuns';
import { VirtualClock } from '../../support/virtualClock';

interface ShownEvent {
  readonly type: string;
  readonly how?: string | undefined;
  readonly text?: string;
  readonly trimmed?: number;
  readonly because?: string | undefined;
}

/** An answer whose events are applied to a text, as a view does it. */
class ShownAnswer {
  readonly events: string[] = [];
  shown: string;
  readonly answer: Answer;
  readonly clock = new VirtualClock();

  constructor(partial: string, mode: RequestMode, previous: Partial<ResumeFrom> = {}, keys: readonly string[] = []) {
    this.shown = partial;
    const output = {
      emit: (event: ShownEvent) => {
        const fields = [event.type, event.how, event.trimmed, event.because];
        this.events.push(fields.filter((field) => field !== undefined).join(' '));
        if (event.type === 'replaced') this.shown = event.text ?? '';
      },
      emitToken: (type: string, text: string) => {
        this.events.push(`${type} ${text}`);
        if (type === 'text') this.shown += text;
      },
      deliver: () => undefined,
    };
    const resumeFrom = { text: partial, hadReasoning: false, resumeMode: 'continue', ...previous } as const;
    this.answer = new Answer(this.clock, fake<TurnOutput>(output), new KeyRedactor(keys), resumeFrom);
    this.answer.startAttempt(mode);
  }

  append(...texts: readonly string[]): this {
    for (const text of texts) this.answer.add({ type: 'text', text });
    assert.equal(this.shown, this.answer.text);
    return this;
  }

  finish(): boolean {
    const isComplete = this.answer.finish();
    assert.equal(this.shown, this.answer.text);
    return isComplete;
  }
}

const anyPieces = fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: 12 });
const story = 'Once upon a time there was a sheep that counted the people of a village, one by one, until it slept.';

describe('answer', () => {
  it('appends each delta that arrives', () => {
    const run = new ShownAnswer('', 'original').append('Hel', '', 'lo');
    assert.equal(run.finish(), true);
    assert.deepEqual([run.events, run.shown], [['text Hel', 'text lo'], 'Hello']);
  });

  for (const { name, received, expected } of [
    {
      name: 'is replaced by a shorter restarted answer once that answer is complete',
      received: 'short',
      expected: 'short',
    },
    { name: 'keeps the partial answer when a restarted answer is empty', received: '', expected: 'a long answer' },
  ] as const) {
    it(name, () => {
      const run = new ShownAnswer('a long answer', 'restart').append(received);
      run.finish();
      assert.equal(run.shown, expected);
    });
  }

  it('discards a restarted answer that is not yet visible when another restart follows', () => {
    const run = new ShownAnswer('12345', 'restart').append('xxxx');
    run.answer.startAttempt('restart');
    run.append('ab').finish();
    assert.equal(run.shown, 'ab');
  });

  for (const [event, delta] of [
    ['text Hm', { type: 'text', text: 'Hm' }],
    ['reasoning Hm', { type: 'reasoning', text: 'Hm' }],
    ['tool-call', { type: 'toolCall', part: { index: 0, id: '', name: 'now', arguments: '' } }],
  ] as const) {
    it(`is resumed once, before the first ${delta.type} of a restart, when the partial answer is empty`, () => {
      const run = new ShownAnswer('', 'restart', { hadReasoning: true });
      run.answer.add(delta);
      run.answer.add(delta);
      assert.deepEqual(run.append('a').events, ['resumed restart 0', event, event, 'text a']);
    });
  }

  it('is replaced by a restarted answer that has only a tool call', () => {
    const run = new ShownAnswer('a long answer', 'restart');
    run.answer.add({ type: 'toolCall', part: { index: 0, id: '1', name: 'feed', arguments: '{}' } });
    run.finish();
    assert.deepEqual([run.shown, run.answer.chooseRequestMode('auto', undefined)], ['', 'restart']);
  });

  for (const { expected, text, mode, previous, resume } of [
    { expected: 'continue', text: 'some', mode: 'continue', previous: { hadReasoning: true }, resume: 'auto' },
    { expected: 'prefill', text: 'some', mode: 'continue', previous: {}, resume: 'restart' },
    { expected: 'prefill', text: 'some', mode: 'restart', previous: { hadReasoning: true }, resume: 'auto' },
    { expected: 'restart', text: 'some', mode: 'restart', previous: { resumeMode: 'restart' }, resume: 'auto' },
    { expected: 'restart', text: 'some', mode: 'restart', previous: { hadToolCalls: true }, resume: 'auto' },
    {
      expected: 'original',
      text: '',
      mode: 'restart',
      previous: { hadReasoning: true, hadToolCalls: true },
      resume: 'auto',
    },
    { expected: 'original', text: '', mode: 'original', previous: { resumeMode: 'restart' }, resume: 'restart' },
    {
      expected: 'original',
      text: '',
      mode: 'original',
      previous: { hadReasoning: true, hadToolCalls: true },
      resume: 'auto',
    },
    {
      expected: 'original',
      text: '',
      mode: 'continue',
      previous: { hadReasoning: true, hadToolCalls: true },
      resume: 'auto',
    },
  ] as const) {
    it(`is requested in the mode "${expected}" after an attempt in the mode "${mode}" without output, when the partial answer is ${JSON.stringify({ text, ...previous })}`, () => {
      assert.equal(new ShownAnswer(text, mode, previous).answer.chooseRequestMode(resume, 'assistant'), expected);
    });
  }

  it('is continued with a continue prompt, not a prefill, if the model has reasoned', () => {
    const run = new ShownAnswer('', 'original');
    run.answer.add({ type: 'reasoning', text: 'Hm.' });
    assert.equal(run.append('some').answer.chooseRequestMode('auto', 'assistant'), 'continue');
  });

  for (const { expected, name, text, hadToolCalls } of [
    { expected: true, name: 'text', text: 'some', hadToolCalls: false },
    { expected: false, name: 'text and a tool call', text: 'some', hadToolCalls: true },
    { expected: false, name: 'neither text nor a tool call', text: '', hadToolCalls: false },
  ] as const) {
    it(`${expected ? 'can' : 'cannot'} be continued when it consists of ${name}`, () => {
      const run = new ShownAnswer(text, 'continue', { hadToolCalls });
      assert.equal(run.answer.isContinuable('auto'), expected);
    });
  }

  it('holds back half of a surrogate pair at the end of a delta', () => {
    const run = new ShownAnswer('', 'original').append('abc\ud83d', '\ude00d');
    assert.deepEqual(run.events, ['text abc', 'text 😀d']);
  });

  it('holds back a part of a tool call that looks like the start of a key', () => {
    const run = new ShownAnswer('', 'original', {}, ['hsa-secret-key-1']);
    run.answer.add({ type: 'toolCall', part: { index: 0, id: '', name: '', arguments: 'hsa-sec' } });
    assert.deepEqual(run.events, []);
    run.answer.add({ type: 'reasoning', text: 'hsa-se' });
    run.answer.endAttempt();
    assert.deepEqual(run.events, ['tool-call', 'reasoning hsa-se']);
  });

  it('emits reasoning unchanged if no API key is known', () => {
    const run = new ShownAnswer('', 'original');
    run.answer.add({ type: 'reasoning', text: 'Hm.' });
    run.answer.endAttempt();
    assert.deepEqual(run.events, ['reasoning Hm.']);
  });

  it('omits blank lines between the reasoning and the text of a continuation', () => {
    const run = new ShownAnswer('Sheep graze ', 'continue');
    run.answer.add({ type: 'reasoning', text: 'Go on.' });
    assert.equal(run.append(' \n\n', '\n', 'on hills.\n', '\nAll day.').shown, 'Sheep graze on hills.\n\nAll day.');
  });

  it('keeps the text of earlier attempts when the text of the current attempt turns out to be reasoning', () => {
    const run = new ShownAnswer('kept', 'original').append(' dropped');
    const discard = (): unknown => run.answer.add({ type: 'textWasReasoning', text: 'dropped' });
    discard();
    assert.equal(run.shown, 'kept');
    discard();
    run.append('\n more');
    assert.deepEqual(run.events, [
      'text  dropped',
      'replaced reasoning',
      'reasoning dropped',
      'reasoning dropped',
      'text \n more',
    ]);
  });

  it('keeps its text when the gateway restarts the answer, until the new text is longer', () => {
    const run = new ShownAnswer('', 'original').append('12345');
    assert.equal(run.answer.startOver(), true);
    assert.equal(run.append('abc').shown, '12345');
    assert.equal(run.append('def').shown, 'abcdef');
    assert.equal(new ShownAnswer('12345', 'restart').append('x').answer.startOver(), true);
  });

  it('shows its first text at once if the gateway restarted the answer before any text', () => {
    const run = new ShownAnswer('', 'original');
    assert.equal(run.answer.startOver(), true);
    assert.deepEqual(run.append('a').events, ['text a']);
  });

  it('contains no repetition after the start of a continuation turns out to be reasoning', () => {
    const run = new ShownAnswer(story, 'continue').append(' Let me see: the sheep slept, so I go on.');
    run.answer.add({ type: 'textWasReasoning', text: 'Let me see.' });
    assert.equal(run.append(story.slice(-50), ' The end.').shown, `${story} The end.`);
  });

  it('is not replaced if the gateway starts over during a continuation', () => {
    const run = new ShownAnswer('Once upon a time', 'continue').append(' there was a');
    assert.equal(run.answer.startOver(), false);
    assert.equal(run.shown, 'Once upon a time there was a');
  });

  it('is not complete if the model only repeated part of the answer', () => {
    const run = new ShownAnswer(story, 'continue').append(story.slice(0, 80));
    assert.deepEqual([run.finish(), run.shown, run.events], [false, story, []]);
  });

  it('is not reported as resumed when its continuation is empty', () => {
    const run = new ShownAnswer(story, 'continue');
    assert.deepEqual([run.finish(), run.events], [true, []]);
  });

  it('runs a timer only while text of a continuation is held back and not yet shown', () => {
    for (const endMethod of ['finish', 'endAttempt'] as const) {
      const { answer, clock } = new ShownAnswer(story, 'continue').append(story.slice(0, 5));
      assert.equal(clock.pending, 1);
      answer[endMethod]();
      assert.equal(clock.pending, 0);
    }
    assert.equal(new ShownAnswer('', 'original').append('a').clock.pending, 0);
  });

  it('never contains half of a surrogate pair', () => {
    const run = new ShownAnswer('', 'original').append('a\ud83d');
    run.answer.endAttempt();
    assert.equal(run.append('b').shown, 'ab');
    assert.equal(run.append('c\ud83d', '\udc11').shown, 'abc\ud83d\udc11');
  });

  for (const { mode, text, addedNothing } of [
    { mode: 'continue', text: '', addedNothing: true },
    { mode: 'prefill', text: '', addedNothing: true },
    { mode: 'continue', text: 'Once upon a time there was', addedNothing: true },
    { mode: 'continue', text: 'a time there was', addedNothing: true },
    { mode: 'continue', text: 'Once upon', addedNothing: false },
    { mode: 'continue', text: ', far away,', addedNothing: false },
    { mode: 'restart', text: 'Once upon', addedNothing: false },
    { mode: 'restart', text: '', addedNothing: false },
    { mode: 'original', text: '', addedNothing: false },
  ] as const) {
    it(`${addedNothing ? 'treats' : 'does not treat'} «${text}» as a repetition in the request mode "${mode}"`, () => {
      assert.equal(new ShownAnswer('Once upon a time there was', mode).append(text).answer.addedNothing, addedNothing);
    });
  }

  it('never becomes shorter while a restarted answer arrives', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), anyPieces, (partial, pieces) => {
        const run = new ShownAnswer(partial, 'restart');
        let { length } = partial;
        for (const piece of pieces) {
          run.append(piece);
          assert.ok(run.shown.length >= length);
          ({ length } = run.shown);
        }
        run.finish();
        assert.equal(run.shown, pieces.join('') || partial);
      }),
      { numRuns: propertyRuns },
    );
  });
});
