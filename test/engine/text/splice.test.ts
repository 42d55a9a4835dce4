import assert from 'node:assert/strict';
import { Splice, type JoinMethod } from '../../../src/engine/text/splice';

const tailChars = 4000;

/** A text of over 1000 characters in which no passage occurs twice. */
const long = Array.from({ length: 80 }, (_, i) => `sentence ${i}. `).join('');
/** A text that is longer than the end that is searched for an overlap. */
const longerThanTail = Array.from({ length: 500 }, (_, i) => `sentence ${i}. `).join('');
const short = 'A sheep is an animal with wool';
const dashes = '-'.repeat(1000);

const hold = { type: 'hold' } as const;
const join = (trimmed: number, text: string) => ({ type: 'join', trimmed, text }) as const;
const another = (text: string) => ({ type: 'another', text }) as const;

type Step = ReturnType<Splice['push']>;
interface Case {
  readonly partial?: string;
  /** The pieces of the continuation. */
  readonly pushed: readonly string[];
  /** The call that follows the last piece, if any. */
  readonly then?: 'expire' | 'end';
  /** The expected last step. All previous steps must be `hold`. */
  readonly step: Step;
}

type Cases = readonly (readonly [name: string, splice: Case])[];

const continueCases: Cases = [
  ['appends a continuation without an overlap immediately', { pushed: [', and'], step: join(0, ', and') }],
  [
    'drops an overlap with the end of the partial answer',
    { pushed: ['is an animal with wool. So'], step: join(22, '. So') },
  ],
  [
    'holds back a continuation that so far only repeats the end of the partial answer',
    { pushed: ['is an ani'], step: hold },
  ],
  ['keeps an overlap of 15 characters', { pushed: ['animal with wool!'.slice(1)], step: join(0, 'nimal with wool!') }],
  ['drops an overlap of 16 characters', { pushed: ['animal with wool!'], step: join(16, '!') }],
  [
    'drops an overlap of digits',
    { partial: `x${'1'.repeat(15)}2`, pushed: [`${'1'.repeat(15)}2;`], step: join(16, ';') },
  ],
  ['still holds back an empty continuation after the time limit', { pushed: [''], then: 'expire', step: hold }],
  ['adds no text when no continuation arrives', { pushed: [], then: 'end', step: join(0, '') }],
  [
    'appends the complete continuation to an empty partial answer',
    { partial: '', pushed: ['Hello'], step: join(0, 'Hello') },
  ],
  [
    'holds back a continuation that so far only repeats the start of the partial answer',
    { pushed: ['A sheep is'], step: hold },
  ],
  [
    'drops a repetition of the complete partial answer',
    { pushed: ['A sheep is an animal', ' with wool. So'], step: join(30, '. So') },
  ],
  [
    'keeps a repetition of a very short partial answer, which may be a coincidence',
    { partial: 'Hi', pushed: ['Hi there'], step: join(0, 'Hi there') },
  ],
  [
    'adds nothing when the continuation ends after repeating a very short partial answer',
    { partial: 'Hi', pushed: ['Hi'], then: 'end', step: join(2, '') },
  ],
  [
    'keeps a repetition of a very short partial answer after the time limit',
    { partial: 'Hi', pushed: ['Hi'], then: 'expire', step: join(0, 'Hi') },
  ],
  [
    'adds nothing when the continuation consists of the overlap and ends',
    {
      partial: `${long.slice(0, 64)}. ${long.slice(0, 64)}`,
      pushed: [long.slice(0, 64)],
      then: 'end',
      step: join(64, ''),
    },
  ],

  [
    'replaces the partial answer when the continuation begins with the same 64 characters and then differs',
    { partial: long, pushed: [long.slice(0, 64), 'Or'], step: another(`${long.slice(0, 64)}Or`) },
  ],
  [
    'appends a continuation that repeats the first 63 characters of the partial answer and then differs',
    { partial: long, pushed: [`${long.slice(0, 63)}Or`], step: join(0, `${long.slice(0, 63)}Or`) },
  ],
  [
    'replaces the partial answer when the continuation begins with the same 64 characters and ends',
    { partial: long, pushed: [long.slice(0, 64)], then: 'end', step: another(long.slice(0, 64)) },
  ],
  [
    'drops an overlap with the end, even if the continuation also repeats the start and then differs',
    {
      partial: `${long.slice(0, 70)}! ${long.slice(0, 70)}`,
      pushed: [`${long.slice(0, 70)}? So`],
      step: join(70, '? So'),
    },
  ],

  [
    'drops the overlap found so far when the time limit has passed',
    { partial: `${'ab'.repeat(10)}c${'ab'.repeat(10)}`, pushed: ['ab'.repeat(9)], then: 'expire', step: join(18, '') },
  ],
  [
    'appends a repetition of 63 characters after the time limit',
    { partial: long, pushed: [long.slice(9, 72)], then: 'expire', step: join(0, long.slice(9, 72)) },
  ],
  [
    'holds back a repetition of 64 characters beyond the time limit',
    { partial: long, pushed: [long.slice(9, 73)], then: 'expire', step: hold },
  ],
  [
    'holds back a repetition of the first 64 characters beyond the time limit',
    { partial: long.repeat(9), pushed: [long.slice(0, 64)], then: 'expire', step: hold },
  ],
  [
    'keeps a repeated passage that does not reach the end of the partial answer',
    {
      partial: `${short}! La.`,
      pushed: ['sheep is an animal with wool'],
      then: 'end',
      step: join(0, 'sheep is an animal with wool'),
    },
  ],
  [
    'appends a continuation that repeats a passage from the middle of the partial answer',
    {
      partial: `A${short.repeat(3)}. B${short.repeat(3)}. C`,
      pushed: ['B', short.repeat(3), '!'],
      step: join(0, `B${short.repeat(3)}!`),
    },
  ],
  [
    'keeps a repetition of the end of the partial answer that is longer than the maximum overlap',
    {
      partial: longerThanTail,
      pushed: [`${longerThanTail.slice(-tailChars - 100)}!`],
      step: join(0, `${longerThanTail.slice(-tailChars - 100)}!`),
    },
  ],
  [
    'keeps an overlap without letters and digits, even if letters follow',
    { partial: dashes, pushed: [`${dashes}\nSo`], step: join(0, `${dashes}\nSo`) },
  ],
];

const prefillCases: Cases = [
  ['appends a continuation without a repetition immediately', { pushed: [', and'], step: join(0, ', and') }],
  ['appends a single letter of the partial answer immediately', { pushed: ['a'], step: join(0, 'a') }],
  [
    'keeps an overlap with the end of the partial answer',
    { pushed: ['is an animal with wool. So'], step: join(0, 'is an animal with wool. So') },
  ],
  [
    'keeps a repetition of a very short prefill, which may be a coincidence',
    { partial: 'Hi', pushed: ['Hi there'], step: join(0, 'Hi there') },
  ],
  [
    'keeps a repetition of a prefill without letters and digits',
    { partial: '-'.repeat(20), pushed: ['-'.repeat(20) + '\n'], step: join(0, '-'.repeat(20) + '\n') },
  ],
  [
    'adds nothing when the continuation ends after repeating a very short prefill',
    { partial: 'Hi\n', pushed: ['Hi'], then: 'end', step: join(2, '') },
  ],
  [
    'drops a repetition of the trailing whitespace of the partial answer',
    { partial: `${short}\n\n`, pushed: ['\n\nSo'], step: join(2, 'So') },
  ],
  [
    'drops no more leading whitespace than the partial answer has at its end',
    { partial: `${short}\n`, pushed: ['\n\nSo'], step: join(1, '\nSo') },
  ],
  [
    'keeps leading whitespace that differs from the whitespace at the end of the partial answer',
    { partial: `${short} `, pushed: ['\nSo'], step: join(0, '\nSo') },
  ],
  [
    'holds back a continuation that repeats the trailing whitespace',
    { partial: `${short}\n\n  `, pushed: ['\n', '\n '], step: hold },
  ],
  [
    'drops the repeated whitespace after the time limit',
    { partial: `${short}\n\n`, pushed: ['\n'], then: 'expire', step: join(1, '') },
  ],
  [
    'drops a repetition of the prefill when the trailing whitespace is missing',
    { partial: `${short}\n\n`, pushed: [`${short}So`], step: join(30, 'So') },
  ],
  [
    'replaces the partial answer when the continuation begins with the same 64 characters and then differs',
    { partial: long, pushed: [`${long.slice(0, 64)}Or`], step: another(`${long.slice(0, 64)}Or`) },
  ],
  [
    'replaces the partial answer when the continuation begins with the same 64 characters and ends',
    { partial: long, pushed: [long.slice(0, 64)], then: 'end', step: another(long.slice(0, 64)) },
  ],
  [
    'holds back a repetition of 64 characters beyond the time limit',
    { partial: long, pushed: [long.slice(0, 64)], then: 'expire', step: hold },
  ],
  [
    'appends a repetition of 63 characters after the time limit',
    { partial: long, pushed: [long.slice(0, 63)], then: 'expire', step: join(0, long.slice(0, 63)) },
  ],
];

function testCases(method: JoinMethod, cases: Cases): void {
  for (const [name, { partial = short, pushed, then, step }] of cases) {
    it(name, () => {
      const splice = new Splice(partial, method);
      const steps = pushed.map((text) => splice.push(text));
      if (then) steps.push(splice[then]());
      assert.deepEqual(steps.pop(), step);
      assert.ok(steps.every(({ type }) => type === 'hold'));
    });
  }
}

describe('splice after a continue prompt', () => testCases('continue', continueCases));
describe('splice after a prefill', () => testCases('prefill', prefillCases));

describe('splice of a continuation', () => {
  it('removes a long repetition even if a part of the repetition arrives late', () => {
    const splice = new Splice(long, 'continue');
    splice.push(long.slice(9, 200));
    assert.deepEqual(splice.expire(), hold);
    assert.deepEqual(splice.push(long.slice(200)), join(long.length - 9, ''));
  });

  it('takes linear time for a continuation that consists of whitespace', function () {
    this.timeout(10_000);
    const length = 200_000;
    const splice = new Splice(`Sheep${' '.repeat(length)}`, 'prefill');
    for (let sent = 0; sent < length; sent++) assert.equal(splice.push(' ').type, 'hold');
    assert.deepEqual(splice.push('x'), { type: 'join', trimmed: length, text: 'x' });
  });
});
