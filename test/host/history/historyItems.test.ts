import assert from 'node:assert/strict';
import type * as HistoryItems from '../../../src/host/history/historyItems';
import { historyGroup, historyTime } from '../../../src/host/ui/historyTime';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';

let items: typeof HistoryItems;
const importItems = async (): Promise<void> => {
  items = await import('../../../src/host/history/historyItems');
};

/** Noon in the local time zone. */
const now = new Date(2026, 2, 10, 12, 0).getTime();
const at = (day: number, hour = 12, minute = 0): number => new Date(2026, 2, day, hour, minute).getTime();

describe('age group (such as "yesterday") of a conversation in the history', () => {
  for (const [what, time, group] of [
    ['the current time', now, 'today'],
    ['a time in the future', now + 1000, 'today'],
    ['a time just after midnight', at(10, 0, 0), 'today'],
    ['a time just before midnight', at(9, 23, 59), 'yesterday'],
    ['the start of yesterday', at(9, 0, 0), 'yesterday'],
    ['the end of the day before yesterday', at(8, 23, 59), 'week'],
    ['the start of the day seven days ago', at(3, 0, 0), 'week'],
    ['the end of the day eight days ago', at(2, 23, 59), 'older'],
    ['a day of last year', new Date(2025, 2, 10).getTime(), 'older'],
  ] as const) {
    it(`is "${group}" for ${what}`, () => assert.equal(historyGroup(time, now), group));
  }

  it('depends on the calendar day, even if a day has 23 or 25 hours', () => {
    const midnights = Array.from({ length: 365 }, (_, day) => new Date(2026, 0, 1 + day).getTime());
    for (const [day, midnight] of midnights.slice(1).entries()) {
      assert.equal(historyGroup(midnights[day]!, midnight), 'yesterday', new Date(midnight).toISOString());
    }
  });
});

describe('time of a conversation in the history', () => {
  for (const [what, time, locale, shown] of [
    ['the time of day for today', at(10, 9, 5), 'en', /^9:05\sAM$/],
    ['a time for an invalid locale', at(10, 9, 5), 'zh_CN', /9:05/],
    ['the time of day for yesterday', at(9, 21, 5), 'en', /^9:05\sPM$/],
    ['the weekday for the previous week', at(6, 9, 5), 'en', /^Fri\W+9:05\sAM$/],
    ['the date for older conversations', at(1), 'en', /^Mar 1$/],
    ['the year for another year', new Date(2025, 10, 24).getTime(), 'en', /^Nov 24, 2025$/],
    ['Chinese dates in Chinese', at(1), 'zh-cn', /^3月1日$/],
    ['the date instead of the weekday in Chinese', at(6, 9, 5), 'zh-cn', /^3月6日 09:05$/],
  ] as const) {
    it(`shows ${what}`, () => assert.match(historyTime(time, now, locale), shown));
  }
});

describe('text such as "2 turns" in the history', () => {
  useVSCode({ l10n: englishL10n });
  before(importItems);

  for (const [turns, locale, text] of [
    [1, 'en', '1 turn'],
    [2, 'en', '2 turns'],
    [1200, 'en', '1,200 turns'],
    [1, 'zh-cn', '1 turns'],
    [2, 'zh-cn', '2 turns'],
  ] as const) {
    it(`uses the plural form of the locale ${locale} for ${turns}`, () =>
      assert.equal(items.turnCountText(turns, locale), text));
  }

  it('uses the default locale when the display language is not a valid locale', () => {
    assert.match(items.turnCountText(2, 'zh_CN'), /^2 turns$/);
  });
});

describe('list of conversations in the history', () => {
  useVSCode({ l10n: englishL10n });
  before(importItems);

  const summary = { id: 'a', title: 'Retries', lastActivityAt: at(10, 9, 5), turns: 1, busy: false };
  const context = { locale: 'en', now, isOpen: () => false };
  const itemOf = (changes: object, more: Partial<typeof context> = {}) =>
    items.historySections([{ ...summary, ...changes }], { ...context, ...more })[0]?.items[0];

  it('groups conversations under headings, newest first', () => {
    const times = [at(10), at(10, 1), at(9), at(5), at(4), at(1)];
    const sections = items.historySections(
      times.map((time, index) => ({ ...summary, id: String(index), lastActivityAt: time })),
      context,
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

  it('is empty when there is no conversation', () => assert.deepEqual(items.historySections([], context), []));

  it('shows the time of the last activity and the number of turns', () => {
    assert.match(itemOf({})?.description ?? '', /^9:05\sAM · 1 turn$/);
  });

  it('marks running and open conversations with words', () => {
    const item = itemOf({ busy: true }, { isOpen: (id: string) => id === 'a' } as object);
    assert.equal(item?.label, '$(sync~spin) Retries');
    assert.match(item.description, / · answering · open$/);
  });

  const untitled = /^Conversation from Mar 10, 2026, 9:05\sAM$/;
  for (const [what, changes, title, description] of [
    ['is damaged', {}, 'Retries', /^9:05\sAM · 1 turn · damaged$/],
    ['is damaged from its first prompt on', { title: '', turns: 0 }, untitled, /^9:05\sAM · damaged$/],
  ] as const) {
    it(`shows that a conversation ${what}, with the best available title`, () => {
      const item = itemOf({ problem: 'damaged', ...changes });
      assert.match(item?.title ?? '', new RegExp(title));
      assert.equal(item?.label, item?.title);
      assert.match(item?.description ?? '', description);
    });
  }

  it('does not render icon codes in titles and excerpts', () => {
    const item = itemOf({ title: 'echo $(date)', excerpt: 'use $(sync~spin)' });
    assert.doesNotMatch(`${item?.label} ${item?.detail}`, /\$\(/);
    assert.equal(item?.title, 'echo $(date)');
  });

  it('shows each title and excerpt on one line, without hidden characters', () => {
    const item = itemOf({ title: 'a\u202e\nb\u200b', excerpt: '…c\u001b\u2066 d' });
    assert.deepEqual([item?.title, item?.label, item?.detail], ['a b', 'a b', '…c d']);
  });

  it('uses the date as the name of a conversation whose title has no visible characters', () => {
    assert.match(itemOf({ title: '\u200b\u2060' })?.title ?? '', /^Conversation from /);
  });

  for (const [what, excerpt, shown] of [
    ['shows the excerpt around a match', '…back off…', { alwaysShow: true, detail: '…back off…' }],
    ['does not repeat the title as an excerpt', 'Retries', { alwaysShow: true, detail: undefined }],
    ['shows no excerpt without a search', undefined, { alwaysShow: false, detail: undefined }],
  ] as const) {
    it(what, () => {
      const { alwaysShow, detail } = itemOf(excerpt === undefined ? {} : { excerpt }) ?? {};
      assert.deepEqual({ alwaysShow, detail }, shown);
    });
  }
});
