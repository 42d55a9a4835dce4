import assert from 'node:assert/strict';
import { panelStrings } from '../../../src/shared/panelStrings';
import { createFormat, fillTemplate } from '../../../src/shared/format';
import { fillNodes } from '../../../src/webview/util/element';

const english = createFormat('en', panelStrings);

describe('duration format', () => {
  const rows: readonly (readonly [ms: number, text: string])[] = [
    [-5, '1 ms'],
    [0, '1 ms'],
    [0.2, '1 ms'],
    [40, '40 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [4100, '4.1 s'],
    [9940, '9.9 s'],
    [9960, '10 s'],
    [90_400, '90 s'],
    [90_500, '1 min 31 s'],
    [119_700, '2 min'],
    [3_661_000, '1 h 1 min'],
    [5_401_000, '1 h 30 min'],
  ];
  for (const [ms, text] of rows) {
    it(`formats ${ms} ms as ${text}`, () => assert.equal(english.duration(ms), text));
  }

  it('uses the decimal separator of the locale', () => {
    assert.equal(createFormat('de', panelStrings).duration(4100), '4,1 s');
  });

  it("uses the units of the user's language", () => {
    const units = { ...panelStrings, milliseconds: '{0} 毫秒', seconds: '{0} 秒', hoursMinutes: '{0} 小时 {1} 分钟' };
    const format = createFormat('zh-cn', units);
    const durations = [40, 4100, 5_401_000].map((ms) => format.duration(ms));
    assert.deepEqual(durations, ['40 毫秒', '4.1 秒', '1 小时 30 分钟']);
  });

  for (const locale of ['', 'en_US', 'not a locale', 'x']) {
    it(`falls back to the locale of the computer for the unsupported locale "${locale}"`, () => {
      assert.match(createFormat(locale, panelStrings).duration(12_000), /^12 s$/);
      assert.match(createFormat(locale, panelStrings).list(['a', 'b']), /^a.+b$/);
    });
  }
});

describe('countdown format', () => {
  const rows: readonly (readonly [ms: number, text: string])[] = [
    [0, '1 s'],
    [1500, '2 s'],
    [90_499, '90 s'],
    [90_500, '1 min 31 s'],
    [120_000, '2 min'],
    [3_600_000, '60 min'],
    [5_401_000, '1 h 30 min'],
  ];
  for (const [ms, text] of rows) {
    it(`formats ${ms} remaining ms as ${text}`, () => assert.equal(english.countdown(ms), text));
  }
});

describe('time of day format', () => {
  const now = new Date(2026, 0, 15, 9, 0).getTime();

  it('omits the day if the time is today', () =>
    assert.match(english.timeOfDay(new Date(2026, 0, 15, 14, 0).getTime(), { now }), /^2:00.PM$/));

  it('contains the weekday if the time is on another day', () =>
    assert.match(english.timeOfDay(new Date(2026, 0, 16, 8, 30).getTime(), { now }), /^Fri,? 8:30.AM$/));

  it('contains the date instead of the weekday in Chinese', () =>
    assert.equal(
      createFormat('zh-cn', panelStrings).timeOfDay(new Date(2026, 0, 16, 8, 30).getTime(), { now }),
      '1月16日 08:30',
    ));

  it('contains the date if the day is more than six days away', () =>
    assert.match(english.timeOfDay(new Date(2026, 0, 25, 8, 30).getTime(), { now }), /^Jan 25,? 8:30.AM$/));

  it('follows the language of the user', () =>
    assert.equal(
      createFormat('zh-cn', panelStrings).timeOfDay(new Date(2026, 0, 15, 6, 5).getTime(), { now }),
      '06:05',
    ));
});

describe('cost format', () => {
  const chinese = createFormat('zh-cn', panelStrings);
  const usd = { currency: 'USD', isEstimate: false } as const;
  const cny = { currency: 'CNY', isEstimate: false } as const;
  for (const { name, costs, text } of [
    {
      name: 'a cost below the smallest displayed amount',
      costs: [{ ...usd, amount: 0.00002 }],
      text: '<\u00a0$0.0001',
    },
    {
      name: 'an estimate below the smallest displayed amount',
      costs: [{ ...cny, amount: 1e-9, isEstimate: true }],
      text: '<\u00a0¥0.0001',
    },
    { name: 'a small cost with two digits', costs: [{ ...usd, amount: 0.000421 }], text: '$0.00042' },
    { name: 'a fraction of a cent', costs: [{ ...usd, amount: 0.0123 }], text: '$0.0123' },
    { name: 'a part of a dollar', costs: [{ ...usd, amount: 0.5 }], text: '$0.50' },
    { name: 'a cost with cents', costs: [{ ...usd, amount: 12.345 }], text: '$12.35' },
    { name: 'an amount that rounds to a dollar', costs: [{ ...usd, amount: 0.9999 }], text: '$1.00' },
    { name: 'a large cost', costs: [{ ...usd, amount: 1e6 }], text: '$1,000,000.00' },
    { name: 'a known cost of zero', costs: [{ ...usd, amount: 0 }], text: '$0.00' },
    { name: 'an estimated cost of zero', costs: [{ ...usd, amount: 0, isEstimate: true }], text: '$0.00' },
    { name: 'an estimate', costs: [{ ...cny, amount: 0.42, isEstimate: true }], text: '≈\u00a0¥0.42' },
    {
      name: 'two currencies',
      costs: [
        { ...usd, amount: 1.2, isEstimate: true },
        { ...cny, amount: 0.3 },
      ],
      text: '≈\u00a0$1.20 + ¥0.30',
    },
    {
      name: 'a cost in one of two currencies',
      costs: [
        { ...usd, amount: 0 },
        { ...cny, amount: 0.3 },
      ],
      text: '¥0.30',
    },
  ] as const) {
    it(`shows ${name} as ${text}`, () => assert.equal(english.costs(costs), text));
  }

  it('uses the same currency symbols in Chinese as in English', () =>
    assert.equal(
      chinese.costs([
        { ...usd, amount: 1.2 },
        { ...cny, amount: 0.3 },
      ]),
      '$1.20 + ¥0.30',
    ));
});

describe('compact number format', () => {
  const rows = [
    { locale: 'en', value: 950, text: '950' },
    { locale: 'en', value: 12_345, text: '12.3K' },
    { locale: 'zh-cn', value: 12_345, text: '12.3K' },
  ];
  for (const { locale, value, text } of rows) {
    it(`formats ${value} as ${text} in the locale ${locale}`, () => {
      assert.equal(createFormat(locale, panelStrings).count(value), text);
    });
  }
});

describe('format of plurals, lists and numbers', () => {
  const rows = [
    { locale: 'en', value: 1, text: '1 byte' },
    { locale: 'en', value: 12_345, text: '12.3K bytes' },
    { locale: 'zh-cn', value: 1, text: '1 bytes' },
  ];
  for (const { locale, value, text } of rows) {
    it(`uses the plural form of the locale ${locale}: ${text}`, () => {
      assert.equal(createFormat(locale, panelStrings).plural(value, '{0} byte', '{0} bytes'), text);
    });
  }

  for (const [locale, text] of [
    ['en', 'a, b, c'],
    ['zh-cn', 'a、b、c'],
  ] as const) {
    it(`formats a list in the locale ${locale}: ${text}`, () => {
      const format = createFormat(locale, panelStrings);
      const lists = [['a', 'b', 'c'], ['a'], []].map((items) => format.list(items));
      assert.deepEqual(lists, [text, 'a', '']);
    });
  }

  it('formats a number with all its digits', () => assert.equal(english.number(12_345), '12,345'));
});

describe('template filling', () => {
  it('replaces numbered placeholders in any order, even repeated placeholders', () => {
    assert.equal(fillTemplate('{1} of {0}, {1}', 'a', 'b'), 'b of a, b');
  });

  it('leaves a placeholder without a value unchanged', () => {
    assert.equal(fillTemplate('{0} {1}', '{1}'), '{1} {1}');
  });

  it('does not replace a placeholder inside an inserted value', () => {
    assert.equal(fillTemplate('{0} {1}', '{1}', 'a'), '{1} a');
    assert.equal(fillTemplate('{0}', '$&'), '$&');
  });

  it('replaces placeholders with DOM nodes', () => {
    const node = { nodeName: 'SPAN' } as Node;
    assert.deepEqual(fillNodes('in {0} again', node), ['in ', node, ' again']);
    assert.deepEqual(fillNodes('{1}', node), ['', '{1}', '']);
  });
});
