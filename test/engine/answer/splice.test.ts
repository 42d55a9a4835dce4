import assert from 'node:assert/strict';
import {
  certainOverlap,
  maxHoldMs,
  minOverlap,
  Splice,
  tailChars,
  type JoinMethod,
} from '../../../src/engine/answer/splice';

/** Over 1000 characters, no passage of it comes twice. */
const long = Array.from({ length: 80 }, (_, i) => `sentence ${i}. `).join('');
/** Longer than the tail. */
const endless = Array.from({ length: 500 }, (_, i) => `sentence ${i}. `).join('');
const short = 'A sheep is an animal with wool';
const dashes = '-'.repeat(1000);

const hold = { type: 'hold' } as const;
const join = (trimmed: number, text: string) => ({ type: 'join', trimmed, text }) as const;
const another = (text: string) => ({ type: 'another', text }) as const;

type Step = ReturnType<Splice['push']>;
interface Case {
  readonly what: string;
  readonly partial?: string;
  readonly pushed: readonly string[];
  /** Of the last one. */
  readonly then?: 'expire' | 'end';
  /** The last step; those before it were `hold`. */
  readonly step: Step;
}

const continued: readonly Case[] = [
  { what: 'that begins with something new is shown at once', pushed: [', and'], step: join(0, ', and') },
  { what: 'loses what it repeats of the end', pushed: ['is an animal with wool. So'], step: join(22, '. So') },
  { what: 'is held while it repeats the end', pushed: ['is an ani'], step: hold },
  { what: 'is held over many pieces', pushed: ['is an', ' animal', ' with'], step: hold },
  {
    what: 'joins where the repetition is over',
    pushed: ['is an animal', ' with wo', 'ol. So'],
    step: join(22, '. So'),
  },
  { what: 'joins with nothing to show yet', pushed: ['is an animal with wool'], step: join(22, '') },
  {
    what: 'keeps an overlap of 15 characters',
    pushed: ['animal with wool!'.slice(1)],
    step: join(0, 'nimal with wool!'),
  },
  { what: 'loses an overlap of 16 characters', pushed: ['animal with wool!'], step: join(16, '!') },
  {
    what: 'loses the longest overlap there is',
    partial: 'ab'.repeat(20),
    pushed: ['ab'.repeat(12) + '!'],
    step: join(24, '!'),
  },
  {
    what: 'keeps an overlap without letter or digit',
    partial: dashes,
    pushed: ['-'.repeat(20) + '\n'],
    step: join(0, '-'.repeat(20) + '\n'),
  },
  {
    what: 'loses an overlap in any script',
    partial: '羊是一种吃草的动物身上长着厚厚的羊毛',
    pushed: ['一种吃草的动物身上长着厚厚的羊毛!'],
    step: join(16, '!'),
  },
  {
    what: 'loses an overlap of digits',
    partial: `x${'1'.repeat(15)}2`,
    pushed: [`${'1'.repeat(15)}2;`],
    step: join(16, ';'),
  },
  { what: 'is held until more than half a character has come', pushed: ['\ud83d'], step: hold },
  { what: 'is held while nothing has come', pushed: [''], step: hold },
  { what: 'is held while nothing has come, for longer', pushed: [''], then: 'expire', step: hold },
  { what: 'that never came has nothing to add', pushed: [], then: 'end', step: join(0, '') },
  { what: 'of nothing is all of the answer', partial: '', pushed: ['Hello'], step: join(0, 'Hello') },
  {
    what: 'is cut between characters only',
    partial: `${short}\ud83d`,
    pushed: [short, '\ud83d', '\udc11'],
    step: join(0, `${short}\ud83d\udc11`),
  },

  { what: 'is held while it replays the answer', pushed: ['A sheep is'], step: hold },
  { what: 'is held when it has replayed all of it', pushed: [short], step: hold },
  {
    what: 'loses a replay of the whole answer',
    pushed: ['A sheep is an animal', ' with wool. So'],
    step: join(30, '. So'),
  },
  {
    what: 'loses a replay longer than the tail',
    partial: long.repeat(9),
    pushed: [`${long.repeat(9)}End`],
    step: join(9 * long.length, 'End'),
  },
  {
    what: 'loses an overlap as long as the tail',
    partial: `${long}${'y'.repeat(tailChars)}`,
    pushed: [`${'y'.repeat(tailChars)}z`],
    step: join(tailChars, 'z'),
  },
  {
    what: 'keeps the replay of a very short answer, which may be none',
    partial: 'Hi',
    pushed: ['Hi there'],
    step: join(0, 'Hi there'),
  },
  { what: 'that ends with the answer replayed has nothing to add', pushed: [short], then: 'end', step: join(30, '') },
  {
    what: 'that ends with a very short answer replayed has nothing to add',
    partial: 'Hi',
    pushed: ['Hi'],
    then: 'end',
    step: join(2, ''),
  },
  {
    what: 'that ends with an overlap has nothing to add',
    partial: `${short}. ${short}`,
    pushed: ['sheep is an animal with wool'],
    then: 'end',
    step: join(28, ''),
  },

  {
    what: 'is another answer where it leaves the words of the beginning',
    partial: long,
    pushed: [long.slice(0, 64), 'Or'],
    step: another(`${long.slice(0, 64)}Or`),
  },
  {
    what: 'is no other answer after 63 characters',
    partial: long,
    pushed: [`${long.slice(0, 63)}Or`],
    step: join(0, `${long.slice(0, 63)}Or`),
  },
  {
    what: 'is another answer where it ends in the midst of the old one',
    partial: long,
    pushed: [long.slice(0, 64)],
    then: 'end',
    step: another(long.slice(0, 64)),
  },
  {
    what: 'that ends after 63 characters of the old one is kept',
    partial: long,
    pushed: [long.slice(0, 63)],
    then: 'end',
    step: join(0, long.slice(0, 63)),
  },
  {
    what: 'rather repeats the end than begins anew',
    partial: `${long.slice(0, 70)}! ${long.slice(0, 70)}`,
    pushed: [`${long.slice(0, 70)}? So`],
    step: join(70, '? So'),
  },
  {
    what: 'that ends is rather the end repeated than the beginning',
    partial: `${long.slice(0, 70)}! ${long.slice(0, 70)}`,
    pushed: [long.slice(0, 70)],
    then: 'end',
    step: join(70, ''),
  },

  { what: 'is shown when the time is up', pushed: ['animal'], then: 'expire', step: join(0, 'animal') },
  {
    what: 'is joined as far as that can be told when the time is up',
    partial: `${'ab'.repeat(10)}c${'ab'.repeat(10)}`,
    pushed: ['ab'.repeat(9)],
    then: 'expire',
    step: join(18, ''),
  },
  {
    what: 'is shown when the time is up after 63 characters of echo',
    partial: long,
    pushed: [long.slice(9, 72)],
    then: 'expire',
    step: join(0, long.slice(9, 72)),
  },
  {
    what: 'is held when the time is up after 64 characters of echo',
    partial: long,
    pushed: [long.slice(9, 73)],
    then: 'expire',
    step: hold,
  },
  {
    what: 'is held when the time is up after 64 characters of replay',
    partial: long.repeat(9),
    pushed: [long.slice(0, 64)],
    then: 'expire',
    step: hold,
  },
  { what: 'is held beyond 600 characters of echo', partial: long, pushed: [long.slice(9, 900)], step: hold },
  { what: 'is held beyond 600 characters of replay', partial: long.repeat(9), pushed: [long.repeat(8)], step: hold },
  {
    what: 'keeps a refrain that ends it',
    partial: `${short}! La.`,
    pushed: ['sheep is an animal with wool'],
    then: 'end',
    step: join(0, 'sheep is an animal with wool'),
  },
  {
    what: 'is held beyond 600 characters without letter or digit',
    partial: dashes,
    pushed: ['-'.repeat(700)],
    step: hold,
  },
  {
    what: 'is shown when the time is up if half a character is all that is new',
    partial: dashes,
    pushed: [`x${'-'.repeat(70)}\ud83d`],
    then: 'expire',
    step: join(0, `x${'-'.repeat(70)}\ud83d`),
  },
  {
    what: 'keeps a replay without letter or digit',
    partial: dashes,
    pushed: [`${dashes}\n`],
    step: join(0, `${dashes}\n`),
  },
  {
    what: 'is no other answer where only a later part of it is the same',
    partial: `A${short.repeat(3)}. B${short.repeat(3)}. C`,
    pushed: ['B', short.repeat(3), '!'],
    step: join(0, `B${short.repeat(3)}!`),
  },

  {
    what: 'keeps a line break after one that is there',
    partial: `${short}\n`,
    pushed: ['\n'],
    step: join(0, '\n'),
  },
  {
    what: 'keeps an overlap that is longer than the tail',
    partial: endless,
    pushed: [`${endless.slice(-tailChars - 100)}!`],
    step: join(0, `${endless.slice(-tailChars - 100)}!`),
  },
  {
    what: 'keeps an overlap without letter or digit before something that has them',
    partial: dashes,
    pushed: [`${'-'.repeat(20)}\nSo`],
    step: join(0, `${'-'.repeat(20)}\nSo`),
  },
  {
    what: 'keeps the replay of a very short answer when the time is up',
    partial: 'Hi',
    pushed: ['Hi'],
    then: 'expire',
    step: join(0, 'Hi'),
  },
  {
    what: 'keeps the replay of a very short answer that ends in half a character more',
    partial: 'Hi',
    pushed: ['Hi\ud83d'],
    then: 'end',
    step: join(0, 'Hi\ud83d'),
  },
  {
    what: 'loses a replay that ends in half a character, where the other half does not follow',
    partial: `${short}\ud83d`,
    pushed: [`${short}\ud83dx`],
    step: join(31, 'x'),
  },
  {
    what: 'is another answer where it ends in the midst of one that ends as it begins',
    partial: `${long.slice(0, 70)}! ${long.slice(0, 20)}`,
    pushed: [long.slice(0, 70)],
    then: 'end',
    step: another(long.slice(0, 70)),
  },
];

const prefilled: readonly Case[] = [
  { what: 'is shown at once', pushed: [', and'], step: join(0, ', and') },
  { what: 'is shown at once, whatever letter of the answer it is', pushed: ['a'], step: join(0, 'a') },
  {
    what: 'is another answer after 64 characters, white space at its beginning included',
    partial: `\n${long.trim()}\n`,
    pushed: [`\n${long.slice(0, 63)}Or`],
    step: another(`\n${long.slice(0, 63)}Or`),
  },
  {
    what: 'keeps what repeats the end',
    pushed: ['is an animal with wool. So'],
    step: join(0, 'is an animal with wool. So'),
  },
  { what: 'loses an echo of all of it', pushed: ['A sheep is an animal', ' with wool. So'], step: join(30, '. So') },
  { what: 'is held while it echoes', pushed: ['A sheep is'], step: hold },
  { what: 'keeps an echo too short to be sure', partial: 'Hi', pushed: ['Hi there'], step: join(0, 'Hi there') },
  {
    what: 'keeps an echo without letter or digit',
    partial: '-'.repeat(20),
    pushed: ['-'.repeat(20) + '\n'],
    step: join(0, '-'.repeat(20) + '\n'),
  },
  { what: 'that ends with an echo has nothing to add', pushed: [short], then: 'end', step: join(30, '') },
  {
    what: 'that ends with a very short echo has nothing to add',
    partial: 'Hi\n',
    pushed: ['Hi'],
    then: 'end',
    step: join(2, ''),
  },
  { what: 'loses the white space that is there', partial: `${short}\n\n`, pushed: ['\n\nSo'], step: join(2, 'So') },
  { what: 'loses as much white space as is there', partial: `${short}\n`, pushed: ['\n\nSo'], step: join(1, '\nSo') },
  { what: 'loses no other white space than is there', partial: `${short} `, pushed: ['\nSo'], step: join(0, '\nSo') },
  { what: 'may go on without the white space', partial: `${short}\n\n`, pushed: ['So'], step: join(0, 'So') },
  {
    what: 'is held while its white space is there already',
    partial: `${short}\n\n  `,
    pushed: ['\n', '\n '],
    step: hold,
  },
  {
    what: 'that ends in white space that is there has nothing to add',
    partial: `${short}\n\n`,
    pushed: ['\n'],
    then: 'end',
    step: join(1, ''),
  },
  {
    what: 'shows no white space twice when the time is up',
    partial: `${short}\n\n`,
    pushed: ['\n'],
    then: 'expire',
    step: join(1, ''),
  },
  {
    what: 'loses the echo and its white space',
    partial: `${short}\n\n`,
    pushed: [`${short}\n`, '\nSo'],
    step: join(32, 'So'),
  },
  {
    what: 'loses the echo and what there is of its white space',
    partial: `${short}\n\n`,
    pushed: [`${short}\nSo`],
    step: join(31, 'So'),
  },
  {
    what: 'loses the echo when the white space is missing',
    partial: `${short}\n\n`,
    pushed: [`${short}So`],
    step: join(30, 'So'),
  },
  {
    what: 'is another answer where it leaves the words of the beginning',
    partial: long,
    pushed: [`${long.slice(0, 64)}Or`],
    step: another(`${long.slice(0, 64)}Or`),
  },
  {
    what: 'is another answer, whatever white space both begin with',
    partial: `\n${long.trim()}\n`,
    pushed: [`\n${long.slice(0, 64)}Or`],
    step: another(`\n${long.slice(0, 64)}Or`),
  },
  {
    what: 'is another answer where it ends in the midst of the old one',
    partial: long,
    pushed: [long.slice(0, 64)],
    then: 'end',
    step: another(long.slice(0, 64)),
  },
  {
    what: 'is held when the time is up after 64 characters of echo',
    partial: long,
    pushed: [long.slice(0, 64)],
    then: 'expire',
    step: hold,
  },
  {
    what: 'is shown when the time is up after 63 characters of echo',
    partial: long,
    pushed: [long.slice(0, 63)],
    then: 'expire',
    step: join(0, long.slice(0, 63)),
  },
];

function check(how: JoinMethod, cases: readonly Case[]): void {
  for (const { what, partial = short, pushed, then, step } of cases) {
    it(what, () => {
      const splice = new Splice(partial, how);
      const steps = pushed.map((text) => splice.push(text));
      if (then) steps.push(splice[then]());
      assert.deepEqual(steps.pop(), step);
      assert.ok(steps.every(({ type }) => type === 'hold'));
      assert.equal(splice.isHolding, step.type === 'hold');
    });
  }
}

describe('a continuation', () => check('continue', continued));
describe('a prefilled continuation', () => check('prefill', prefilled));

describe('a splice', () => {
  it('passes on everything after the join', () => {
    const splice = new Splice(short, 'continue');
    splice.push('. So');
    assert.deepEqual(splice.push(short), { type: 'text', text: short });
    assert.deepEqual(splice.expire(), { type: 'text', text: '' });
    assert.deepEqual(splice.end(), { type: 'text', text: '' });
  });

  it('decides at the end what it holds when the time is up', () => {
    const splice = new Splice(long, 'continue');
    splice.push(long.slice(9, 200));
    assert.deepEqual(splice.expire(), hold);
    splice.push(long.slice(200));
    assert.deepEqual(splice.push('So'), { type: 'text', text: 'So' });
  });

  it('holds a continuation of white space in linear time', function () {
    this.timeout(10_000);
    const length = 200_000;
    const splice = new Splice(`Sheep${' '.repeat(length)}`, 'prefill');
    for (let sent = 0; sent < length; sent++) assert.equal(splice.push(' ').type, 'hold');
    assert.deepEqual(splice.push('x'), { type: 'join', trimmed: length, text: 'x' });
  });

  it('has the numbers of its documentation', () => {
    assert.deepEqual([maxHoldMs, certainOverlap, tailChars, minOverlap], [1500, 64, 4000, 16]);
  });
});
