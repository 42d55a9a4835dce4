import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AnswerText, type TextChange } from '../../../src/engine/answer/answer';
import { propertyRuns } from '../../support/propertyRuns';

/** What a reader ends up with who does as the changes say. */
function read(before: string, changes: readonly (TextChange | undefined)[]): string {
  return changes.reduce((text, change) => {
    if (!change) return text;
    return change.type === 'replaced' || change.type === 'discarded' ? change.text : text + change.text;
  }, before);
}

const anyPieces = fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: 12 });

describe('the text of an answer', () => {
  it('grows by what arrives', () => {
    const answer = new AnswerText();
    assert.deepEqual(answer.append('Hel'), { type: 'append', text: 'Hel' });
    assert.deepEqual(answer.append('lo'), { type: 'append', text: 'lo' });
    assert.equal(answer.finish(false), undefined);
    assert.equal(answer.text, 'Hello');
  });

  it('stays as it was until a restarted answer is longer', () => {
    const answer = new AnswerText('12345');
    answer.startAttempt('restart');
    assert.equal(answer.append('abc'), undefined);
    assert.equal(answer.text, '12345');
    assert.equal(answer.append('de'), undefined);
    assert.deepEqual(answer.append('f'), { type: 'replaced', text: 'abcdef' });
    assert.deepEqual(answer.append('g'), { type: 'append', text: 'g' });
    assert.equal(answer.text, 'abcdefg');
  });

  it('is the shorter one when the restarted answer is whole', () => {
    const answer = new AnswerText('a long answer that was cut');
    answer.startAttempt('restart');
    answer.append('short');
    assert.deepEqual(answer.finish(false), { type: 'replaced', text: 'short' });
    assert.equal(answer.text, 'short');
  });

  it('survives a restart that brings nothing', () => {
    const answer = new AnswerText('kept');
    answer.startAttempt('restart');
    assert.equal(answer.finish(false), undefined);
    assert.equal(answer.text, 'kept');
  });

  it('forgets what a second restart had brought so far', () => {
    const answer = new AnswerText('12345');
    answer.startAttempt('restart');
    answer.append('xxxx');
    answer.startAttempt('restart');
    answer.append('ab');
    answer.finish(false);
    assert.equal(answer.text, 'ab');
  });

  it('shows a restarted answer at once where there was nothing before', () => {
    const answer = new AnswerText();
    answer.startAttempt('restart');
    assert.deepEqual(answer.append('a'), { type: 'append', text: 'a' });
  });

  it('loses only the text of the attempt that is discarded', () => {
    const answer = new AnswerText('kept');
    answer.startAttempt('replay');
    answer.append(' dropped');
    assert.deepEqual(answer.discardAttempt(), { type: 'discarded', text: 'kept' });
    assert.equal(answer.discardAttempt(), undefined);
    assert.deepEqual(answer.append(' more'), { type: 'append', text: ' more' });
    assert.equal(answer.text, 'kept more');
  });

  it('stays until an answer that starts over within the attempt is longer', () => {
    const answer = new AnswerText();
    answer.append('12345');
    assert.equal(answer.restartInStream(), true);
    assert.equal(answer.append('abc'), undefined);
    assert.deepEqual(answer.append('def'), { type: 'replaced', text: 'abcdef' });
  });

  it('does not let a continuation start over within the attempt', () => {
    const answer = new AnswerText('Once upon a time');
    answer.startAttempt('continue');
    answer.append(' there was a');
    assert.equal(answer.restartInStream(), false);
    assert.equal(answer.text, 'Once upon a time there was a');
  });

  const attempts: readonly (readonly [how: 'replay' | 'restart' | 'continue', text: string, isRepetition: boolean])[] =
    [
      ['continue', '', true],
      ['continue', 'Once upon a time', true],
      ['continue', 'Once upon', false],
      ['continue', ', there was', false],
      ['restart', 'Once upon', false],
      ['restart', '', false],
      ['replay', '', false],
    ];
  for (const [how, text, isRepetition] of attempts) {
    it(`is ${isRepetition ? 'only repeated' : 'not only repeated'} by «${text}» of an attempt that begins as ${how}`, () => {
      const answer = new AnswerText('Once upon a time');
      answer.startAttempt(how);
      answer.append(text);
      assert.equal(answer.isRepetition, isRepetition);
    });
  }

  it('never gets shorter before the end, and is then the last answer, however that was cut into pieces', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), anyPieces, (partial, pieces) => {
        const answer = new AnswerText(partial);
        answer.startAttempt('restart');
        const changes: (TextChange | undefined)[] = [];
        let length = partial.length;
        for (const piece of pieces) {
          changes.push(answer.append(piece));
          assert.equal(read(partial, changes), answer.text);
          assert.ok(answer.text.length >= length);
          length = answer.text.length;
        }
        changes.push(answer.finish(false));
        assert.equal(answer.text, pieces.join('') || partial);
        assert.equal(read(partial, changes), answer.text);
      }),
      { numRuns: propertyRuns },
    );
  });

  it('is the same at every moment for every way to cut the same text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), fc.nat(), (partial, text, at) => {
        const cut = at % (text.length + 1);
        const [whole, halves] = [new AnswerText(partial), new AnswerText(partial)];
        for (const answer of [whole, halves]) answer.startAttempt('restart');
        whole.append(text);
        halves.append(text.slice(0, cut));
        halves.append(text.slice(cut));
        assert.equal(halves.text, whole.text);
      }),
      { numRuns: propertyRuns },
    );
  });
});
