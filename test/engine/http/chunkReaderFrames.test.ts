import assert from 'node:assert/strict';
import { DeltaFrame } from '../../../src/engine/http/chunkReader';

const event = (text: string, suffix = ''): string =>
  `{"choices":[{"delta":{"content":"${text}"},"finish_reason":null}]${suffix}}`;
const padded = (text: string, padding: string, suffix = ''): string =>
  event(text, `,"obfuscation":"${padding}"${suffix}`);

/** Returns the text that a frame reads from a third event after two events have verified the frame. */
function read(first: string, second: string, third: string): unknown {
  const frame = DeltaFrame.tryCreate('text', 'a', first);
  assert.ok(frame);
  assert.equal(frame.verify('bc', second), true);
  return frame.read(third)?.text;
}

const plain = [event('a'), event('bc')] as const;
const withPadding = [padded('a', 'x', ',"n":1'), padded('bc', 'yz', ',"n":1')] as const;

const cases: readonly (readonly [name: string, events: readonly [string, string], third: string, text?: string])[] = [
  ['reads the text of an event with the same JSON around it', plain, event('d'), 'd'],
  ['reads the text of an event that has another padding', withPadding, padded('d', '', ',"n":1'), 'd'],
  ['does not match an event with different JSON before the text', plain, event('d').replace('delta', 'gamma')],
  ['does not match an event with different JSON after the text', plain, event('d').replace('reason', 'real')],
  ['does not match an event with different JSON after the padding', withPadding, padded('d', 'x', ',"n":2')],
  ['does not match an event whose padding has an escape', withPadding, padded('d', '\\n', ',"n":1')],
];

describe('frame (the JSON around the text of an event)', () => {
  for (const [name, [first, second], third, text] of cases) {
    it(name, () => assert.equal(read(first, second, third), text));
  }

  for (const [name, text, data] of [
    ['contains a quote', 'a"b', event('a"b')],
    ['is written with an escape in the JSON', 'x', event('\\u0078')],
  ] as const) {
    it(`is not created when the text ${name}`, () => assert.equal(DeltaFrame.tryCreate('text', text, data), undefined));
  }

  for (const [name, data] of [
    ['has an escape', padded('a', '\\n')],
    ['does not end', '{"content":"a","obfuscation":"x'],
  ] as const) {
    it(`can be created from an event whose padding ${name}`, () => {
      const frame = DeltaFrame.tryCreate('text', 'a', data);
      assert.equal(frame?.verify('a', data), true);
    });
  }
});
