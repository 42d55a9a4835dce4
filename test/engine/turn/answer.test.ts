import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AnswerText, type TextChange } from '../../../src/engine/turn/answer';
import { propertyRuns } from '../../support/propertyRuns';

/** Applies the changes that an answer has reported to a text, and returns the result. */
function applyChanges(start: string, changes: readonly (TextChange | undefined)[]): string {
  return changes.reduce((text, change) => {
    if (!change) return text;
    return change.type === 'replaced' || change.type === 'discarded' ? change.text : text + change.text;
  }, start);
}

const anyPieces = fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: 12 });

describe('answer text', () => {
  it('appends each delta that arrives', () => {
    const answer = new AnswerText();
    assert.deepEqual(answer.append('Hel'), { type: 'append', text: 'Hel' });
    assert.deepEqual(answer.append('lo'), { type: 'append', text: 'lo' });
    assert.equal(answer.finish(false), undefined);
    assert.equal(answer.text, 'Hello');
  });

  it('keeps the partial answer until a restarted answer is longer', () => {
    const answer = new AnswerText('12345');
    answer.startAttempt('restart');
    assert.equal(answer.append('abc'), undefined);
    assert.equal(answer.text, '12345');
    assert.equal(answer.append('de'), undefined);
    assert.deepEqual(answer.append('f'), { type: 'replaced', text: 'abcdef' });
    assert.deepEqual(answer.append('g'), { type: 'append', text: 'g' });
    assert.equal(answer.text, 'abcdefg');
  });

  it('is replaced by a shorter restarted answer once that answer is complete', () => {
    const answer = new AnswerText('a long answer that was cut');
    answer.startAttempt('restart');
    answer.append('short');
    assert.deepEqual(answer.finish(false), { type: 'replaced', text: 'short' });
    assert.equal(answer.text, 'short');
  });

  it('keeps the partial answer when a restarted answer is empty', () => {
    const answer = new AnswerText('kept');
    answer.startAttempt('restart');
    assert.equal(answer.finish(false), undefined);
    assert.equal(answer.text, 'kept');
  });

  it('discards a restarted answer that is not shown yet when the answer is restarted again', () => {
    const answer = new AnswerText('12345');
    answer.startAttempt('restart');
    answer.append('xxxx');
    answer.startAttempt('restart');
    answer.append('ab');
    answer.finish(false);
    assert.equal(answer.text, 'ab');
  });

  it('appends a restarted answer immediately when the partial answer is empty', () => {
    const answer = new AnswerText();
    answer.startAttempt('restart');
    assert.deepEqual(answer.append('a'), { type: 'append', text: 'a' });
  });

  it('removes only the text of the current attempt when the attempt is discarded', () => {
    const answer = new AnswerText('kept');
    answer.startAttempt('original');
    answer.append(' dropped');
    assert.deepEqual(answer.discardAttempt(), { type: 'discarded', text: 'kept' });
    assert.equal(answer.discardAttempt(), undefined);
    assert.deepEqual(answer.append(' more'), { type: 'append', text: ' more' });
    assert.equal(answer.text, 'kept more');
  });

  it('keeps its text when the gateway restarts the answer within an attempt, until the new text is longer', () => {
    const answer = new AnswerText();
    answer.append('12345');
    assert.equal(answer.restartInStream(), true);
    assert.equal(answer.append('abc'), undefined);
    assert.deepEqual(answer.append('def'), { type: 'replaced', text: 'abcdef' });
  });

  it('cannot be restarted by the gateway within an attempt that continues a partial answer', () => {
    const answer = new AnswerText('Once upon a time');
    answer.startAttempt('continue');
    answer.append(' there was a');
    assert.equal(answer.restartInStream(), false);
    assert.equal(answer.text, 'Once upon a time there was a');
  });

  const attempts: readonly (readonly [
    mode: 'original' | 'restart' | 'continue',
    text: string,
    isRepetition: boolean,
  ])[] = [
    ['continue', '', true],
    ['continue', 'Once upon a time', true],
    ['continue', 'Once upon', false],
    ['continue', ', there was', false],
    ['restart', 'Once upon', false],
    ['restart', '', false],
    ['original', '', false],
  ];
  for (const [mode, text, isRepetition] of attempts) {
    it(`${isRepetition ? 'treats' : 'does not treat'} «${text}» as a repetition of the partial answer in the request mode "${mode}"`, () => {
      const answer = new AnswerText('Once upon a time');
      answer.startAttempt(mode);
      answer.append(text);
      assert.equal(answer.isRepetition, isRepetition);
    });
  }

  it('never gets shorter while a restarted answer arrives, however that answer is split into deltas', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), anyPieces, (partial, pieces) => {
        const answer = new AnswerText(partial);
        answer.startAttempt('restart');
        const changes: (TextChange | undefined)[] = [];
        let length = partial.length;
        for (const piece of pieces) {
          changes.push(answer.append(piece));
          assert.equal(applyChanges(partial, changes), answer.text);
          assert.ok(answer.text.length >= length);
          length = answer.text.length;
        }
        changes.push(answer.finish(false));
        assert.equal(answer.text, pieces.join('') || partial);
        assert.equal(applyChanges(partial, changes), answer.text);
      }),
      { numRuns: propertyRuns },
    );
  });

  it('is the same however a restarted answer is split into deltas', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), fc.nat(), (partial, text, seed) => {
        const splitAt = seed % (text.length + 1);
        const [unsplit, split] = [new AnswerText(partial), new AnswerText(partial)];
        for (const answer of [unsplit, split]) answer.startAttempt('restart');
        unsplit.append(text);
        split.append(text.slice(0, splitAt));
        split.append(text.slice(splitAt));
        assert.equal(split.text, unsplit.text);
      }),
      { numRuns: propertyRuns },
    );
  });
});
