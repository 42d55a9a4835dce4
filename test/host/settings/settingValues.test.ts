import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import {
  parseChoice,
  jitterChoices,
  parseStrings,
  parseNumber,
  numberSettings,
  parsePrompts,
  parseText,
  parseTimeout,
} from '../../../src/host/settings/settingValues';

const numbers: readonly (readonly [key: keyof typeof numberSettings, value: unknown, expected: number])[] = [
  ['retry.maxRetries', 3, 3],
  ['retry.maxRetries', 99, 10],
  ['retry.maxRetries', -1, 0],
  ['retry.maxRetries', 2.6, 3],
  ['retry.maxRetries', '7', 5],
  ['retry.maxRetries', null, 5],
  ['retry.maxRetries', Number.NaN, 5],
  ['retry.maxDelayMs', Number.POSITIVE_INFINITY, 300_000],
  ['temperature', 0.25, 0.25],
  ['temperature', 5, 2],
  ['temperature', [1], 0.7],
];

describe('number setting', () => {
  for (const [key, value, expected] of numbers) {
    it(`reads the value ${inspect(value)} of ${key} as ${expected}`, () => {
      assert.equal(parseNumber(value, numberSettings[key]), expected);
    });
  }
});

describe('timeout setting', () => {
  for (const [value, expected] of [
    [null, null],
    [undefined, null],
    ['60', null],
    [Number.NaN, null],
    [5000, 5000],
    [5, 1000],
    [9_999_999, 299_000],
  ] as const) {
    it(`reads the value ${inspect(value)} as ${expected === null ? "the engine's default" : `${expected} ms`}`, () => {
      assert.equal(parseTimeout(value), expected);
    });
  }
});

describe('setting with a list of choices', () => {
  it('keeps a value that is one of the choices', () => {
    assert.equal(parseChoice('none', jitterChoices), 'none');
  });

  it('replaces any other value with the default', () => {
    assert.equal(parseChoice('Full', jitterChoices), 'full');
    assert.equal(parseChoice({}, jitterChoices), 'full');
  });
});

describe('parsing of text and list settings', () => {
  it('trims a text, and replaces an empty text with the default', () => {
    assert.equal(parseText(' gpt-4o ', 'x'), 'gpt-4o');
    assert.equal(parseText('  ', 'x'), 'x');
    assert.equal(parseText(4, 'x'), 'x');
  });

  it('keeps valid model ids in their order, without duplicates', () => {
    assert.deepEqual(parseStrings(['b', ' a ', '', 3, null, 'b']), ['b', 'a']);
    assert.deepEqual(parseStrings('b'), []);
  });

  it('keeps only prompts that have a title and a template', () => {
    const value = [
      { title: ' T ', template: 'P', model: 'm', extra: 1 },
      { title: 'T2', template: 'P2', model: 5 },
      { title: 'no template' },
      { template: 'no title' },
      null,
      'text',
    ];
    assert.deepEqual(parsePrompts(value), [
      { title: 'T', template: 'P', model: 'm' },
      { title: 'T2', template: 'P2' },
    ]);
    assert.deepEqual(parsePrompts({}), []);
  });
});
