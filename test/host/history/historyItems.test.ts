import assert from 'node:assert/strict';
import type { Localize } from '../../../src/engine/engine';
import { historyGroup, historySections, historyTime, turnCountText } from '../../../src/host/history/historyItems';

const localize: Localize = (message, args = {}) =>
  message.replace(/\{(\w+)\}/g, (_whole, name: string) => String(args[name]));

/** Noon, where the tests run. */
const now = new Date(2026, 2, 10, 12, 0).getTime();
const at = (day: number, hour = 12, minute = 0): number => new Date(2026, 2, day, hour, minute).getTime();

describe('historyGroup', () => {
  for (const [what, time, group] of [
    ['now', now, 'today'],
    ['in the future, where a clock was set back', now + 1000, 'today'],
    ['just after midnight', at(10, 0, 0), 'today'],
    ['just before midnight', at(9, 23, 59), 'yesterday'],
    ['at the beginning of yesterday', at(9, 0, 0), 'yesterday'],
    ['the day before yesterday', at(8, 23, 59), 'week'],
    ['seven days ago', at(3, 0, 0), 'week'],
    ['eight days ago', at(2, 23, 59), 'older'],
    ['last year', new Date(2025, 2, 10).getTime(), 'older'],
  ] as const) {
    it(`puts ${what} under ${group}`, () => assert.equal(historyGroup(time, now), group));
  }

  it('counts days by the calendar where one has 23 or 25 hours', () => {
    const midnights = Array.from({ length: 365 }, (_, day) => new Date(2026, 0, 1 + day).getTime());
    for (const [day, midnight] of midnights.slice(1).entries()) {
      assert.equal(historyGroup(midnights[day]!, midnight), 'yesterday', new Date(midnight).toISOString());
    }
  });
});

describe('historyTime', () => {
  for (const [what, time, locale, shown] of [
    ['the time of today', at(10, 9, 5), 'en', /^9:05\sAM$/],
    ['a time where there is no such language', at(10, 9, 5), 'zh_CN', /9:05/],
    ['the time of yesterday', at(9, 21, 5), 'en', /^9:05\sPM$/],
    ['the weekday before', at(6, 9, 5), 'en', /^Fri\W+9:05\sAM$/],
    ['the date of what is older', at(1), 'en', /^Mar 1$/],
    ['the year of another year', new Date(2025, 10, 24).getTime(), 'en', /^Nov 24, 2025$/],
    ['Chinese dates in Chinese', at(1), 'zh-cn', /^3月1日$/],
    ['Chinese weekdays in Chinese', at(6, 9, 5), 'zh-cn', /^周五\W*0?9:05$/],
  ] as const) {
    it(`shows ${what}`, () => assert.match(historyTime(time, now, locale), shown));
  }
});

describe('turnsText', () => {
  for (const [turns, locale, text] of [
    [1, 'en', '1 turn'],
    [2, 'en', '2 turns'],
    [1200, 'en', '1,200 turns'],
    [1, 'zh-cn', '1 turns'],
    [2, 'zh-cn', '2 turns'],
  ] as const) {
    it(`chooses the form of ${turns} in ${locale}`, () =>
      assert.equal(turnCountText(turns, { localize, locale }), text));
  }

  it('does without a language there is none of', () => {
    assert.match(turnCountText(2, { localize, locale: 'zh_CN' }), /^2 turns$/);
  });
});

describe('historySections', () => {
  const summary = { id: 'a', title: 'Retries', lastActivityAt: at(10, 9, 5), turns: 1, busy: false };
  const words = { localize, locale: 'en', now, isOpen: () => false };
  const itemOf = (changes: object, more: Partial<typeof words> = {}) =>
    historySections([{ ...summary, ...changes }], { ...words, ...more })[0]?.items[0];

  it('puts a heading over each day that has one, newest first', () => {
    const times = [at(10), at(10, 1), at(9), at(5), at(4), at(1)];
    const sections = historySections(
      times.map((time, index) => ({ ...summary, id: String(index), lastActivityAt: time })),
      words,
    );
    assert.deepEqual(
      sections.map(({ heading, items }) => [heading, items.map(({ id }) => id).join(' ')]),
      [
        ['Today', '0 1'],
        ['Yesterday', '2'],
        ['Previous 7 days', '3 4'],
        ['Older', '5'],
      ],
    );
  });

  it('has nothing where there is nothing', () => assert.deepEqual(historySections([], words), []));

  it('says when, and how many turns', () => {
    assert.match(itemOf({})?.description ?? '', /^9:05\sAM · 1 turn$/);
  });

  it('marks those that run and those that are open, in words as well', () => {
    const item = itemOf({ busy: true }, { isOpen: (id: string) => id === 'a' } as object);
    assert.equal(item?.label, '$(sync~spin) Retries');
    assert.match(item.description, / · answering · open$/);
  });

  for (const { what, changes, title, description } of [
    {
      what: 'is damaged',
      changes: { problem: 'damaged' },
      title: 'Retries',
      description: /^9:05\sAM · 1 turn · damaged$/,
    },
    {
      what: 'is damaged from its first prompt on',
      changes: { problem: 'damaged', title: '', turns: 0 },
      title: /^Conversation of Mar 10, 2026, 9:05\sAM$/,
      description: /^9:05\sAM · damaged$/,
    },
    {
      what: 'is from a newer version',
      changes: { problem: 'newer' },
      title: 'Retries',
      description: /^9:05\sAM · from a newer version$/,
    },
  ]) {
    it(`says of a conversation that it ${what}, and names it as well as it can`, () => {
      const item = itemOf(changes);
      assert.match(item?.title ?? '', new RegExp(title));
      assert.equal(item?.label, item?.title);
      assert.match(item?.description ?? '', description);
    });
  }

  it('draws no icon that a title or an answer names', () => {
    const item = itemOf({ title: 'echo $(date)', excerpt: 'use $(sync~spin)' });
    assert.doesNotMatch(`${item?.label} ${item?.detail}`, /\$\(/);
    assert.equal(item?.title, 'echo $(date)');
  });

  it('shows each title and excerpt on one line, without hidden characters', () => {
    const item = itemOf({ title: 'a\u202e\nb\u200b', excerpt: '…c\u001b\u2066 d' });
    assert.deepEqual([item?.title, item?.label, item?.detail], ['a b', 'a b', '…c d']);
  });

  it('names a conversation by its date when its title is not visible', () => {
    assert.match(itemOf({ title: '\u200b\u2060' })?.title ?? '', /^Conversation of /);
  });

  for (const [what, excerpt, shown] of [
    ['shows where the words were found', '…back off…', { isHit: true, detail: '…back off…' }],
    ['says nothing twice where they were found in the title', 'Retries', { isHit: true, detail: undefined }],
    ['shows nothing where none were looked for', undefined, { isHit: false, detail: undefined }],
  ] as const) {
    it(what, () => {
      const { isHit, detail } = itemOf(excerpt === undefined ? {} : { excerpt }) ?? {};
      assert.deepEqual({ isHit, detail }, shown);
    });
  }
});
