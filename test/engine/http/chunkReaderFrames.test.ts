import assert from 'node:assert/strict';
import { DeltaFrame } from '../../../src/engine/http/chunkReader';

const event = (text: string, rest = ''): string =>
  `{"choices":[{"delta":{"content":"${text}"},"finish_reason":null}]${rest}}`;
const padded = (text: string, padding: string, rest = ''): string => event(text, `,"obfuscation":"${padding}"${rest}`);

/** What a frame that these two events have proven reads out of a third one. */
function read(first: string, second: string, third: string): unknown {
  const frame = DeltaFrame.tryCreate('text', 'a', first);
  assert.ok(frame);
  assert.equal(frame.verify('bc', second), true);
  return frame.read(third)?.text;
}

const plain = [event('a'), event('bc')] as const;
const withPadding = [padded('a', 'x', ',"n":1'), padded('bc', 'yz', ',"n":1')] as const;

const cases: readonly (readonly [what: string, events: readonly [string, string], third: string, text?: string])[] = [
  ['reads the text of an event', plain, event('d'), 'd'],
  ['reads it whatever the padding', withPadding, padded('d', '', ',"n":1'), 'd'],
  ['reads nothing after another beginning', plain, event('d').replace('delta', 'gamma')],
  ['reads nothing before another name of a field', plain, event('d').replace('reason', 'real')],
  ['reads nothing where something comes after the padding', withPadding, padded('d', 'x', ',"n":2')],
  ['reads nothing where the padding has an escape', withPadding, padded('d', '\\n', ',"n":1')],
];

describe('a frame of events', () => {
  for (const [what, [first, second], third, text] of cases) {
    it(what, () => assert.equal(read(first, second, third), text));
  }

  for (const [what, text, data] of [
    ['has a quote', 'a"b', event('a"b')],
    ['was said with an escape', 'x', event('\\u0078')],
  ] as const) {
    it(`is none around a text that ${what}`, () => assert.equal(DeltaFrame.tryCreate('text', text, data), undefined));
  }

  for (const [what, data] of [
    ['has an escape', padded('a', '\\n')],
    ['does not end', '{"content":"a","obfuscation":"x'],
  ] as const) {
    it(`is the whole event where the padding ${what}`, () => {
      const frame = DeltaFrame.tryCreate('text', 'a', data);
      assert.equal(frame?.verify('a', data), true);
    });
  }
});
