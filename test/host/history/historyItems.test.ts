import assert from 'node:assert/strict';
import type * as HistoryItems from '../../../src/host/history/historyItems';
import { historyGroup, historyTime } from '../../../src/host/ui/historyTime';
import { createFormat } from '../../../src/shared/format';
import { panelStrings } from '../../../src/shared/panelStrings';
import { englishWords } from '../../support/englishWords';
import { englishL10n, useVSCode } from '../../support/fakeVSCode';

let items: typeof HistoryItems;
const importItems = async (): Promise<void> => {
  items = await import('../../../src/host/history/historyItems');
};

/** Noon in the local time zone. */
const now = new Date(2026, 2, 10, 12, 0).getTime();
const at = (day: number, hour = 12, minute = 0): number => new Date(2026, 2, day, hour, minute).getTime();

describe('age group (such as "yesterday") of a conversation in the history', () => {
  for (const { what, time, group } of [
    { what: 'the current time', time: now, group: 'today' },
    { what: 'a time in the future', time: now + 1000, group: 'today' },
    { what: 'a time just after midnight', time: at(10, 0, 0), group: 'today' },
    { what: 'a time just before midnight', time: at(9, 23, 59), group: 'yesterday' },
    { what: 'the start of yesterday', time: at(9, 0, 0), group: 'yesterday' },
    { what: 'the end of the day before yesterday', time: at(8, 23, 59), group: 'week' },
    { what: 'the start of the day seven days ago', time: at(3, 0, 0), group: 'week' },
    { what: 'the end of the day eight days ago', time: at(2, 23, 59), group: 'older' },
    { what: 'a day of last year', time: new Date(2025, 2, 10).getTime(), group: 'older' },
  ] as const) {
    it(`is "${group}" for ${what}`, () => assert.equal(historyGroup(time, now), group));
  }

  it('depends on the calendar day, even on days with 23 or 25 hours', () => {
    const midnights = Array.from({ length: 365 }, (_, day) => new Date(2026, 0, 1 + day).getTime());
    for (const [day, midnight] of midnights.slice(1).entries()) {
      assert.equal(historyGroup(midnights[day]!, midnight), 'yesterday', new Date(midnight).toISOString());
    }
  });
});

describe('time of a conversation in the history', () => {
  for (const { what, time, locale, shown } of [
    { what: 'the time of day for today', time: at(10, 9, 5), locale: 'en', shown: /^9:05\sAM$/ },
    { what: 'a time for an invalid locale', time: at(10, 9, 5), locale: 'zh_CN', shown: /9:05/ },
    { what: 'the time of day for yesterday', time: at(9, 21, 5), locale: 'en', shown: /^9:05\sPM$/ },
    { what: 'the weekday for the previous week', time: at(6, 9, 5), locale: 'en', shown: /^Fri\W+9:05\sAM$/ },
    { what: 'the date for older conversations', time: at(1), locale: 'en', shown: /^Mar 1$/ },
    {
      what: 'the year for another year',
      time: new Date(2025, 10, 24).getTime(),
      locale: 'en',
      shown: /^Nov 24, 2025$/,
    },
    { what: 'Chinese dates in Chinese', time: at(1), locale: 'zh-cn', shown: /^3月1日$/ },
    { what: 'the date instead of the weekday in Chinese', time: at(6, 9, 5), locale: 'zh-cn', shown: /^3月6日 09:05$/ },
  ] as const) {
    it(`shows ${what}`, () => assert.match(historyTime(time, now, createFormat(locale, panelStrings)), shown));
  }
});

describe('list of conversations in the history', () => {
  useVSCode({ l10n: englishL10n });
  before(importItems);

  const summary = { id: 'a', title: 'Retries', lastActivityAt: at(10, 9, 5), turns: 1, busy: false };
  const context = { format: englishWords.format, now, isOpen: () => false };
  const itemOf = (changes: object, more: Partial<typeof context> = {}) =>
    items.historySections([{ ...summary, ...changes }], { ...context, ...more })[0]?.items[0];

  const untitled = /^Conversation from Mar 10, 2026, 9:05\sAM$/;

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

  it('shows the time of an untitled conversation only in its label', () => {
    const item = itemOf({ title: '', turns: 0 }, { isOpen: () => true });
    assert.match(item?.label ?? '', untitled);
    assert.equal(item?.description, 'open');
  });

  it('shows the time of the last activity and the number of turns', () => {
    assert.match(itemOf({})?.description ?? '', /^9:05\sAM · 1 turn$/);
    assert.match(itemOf({ turns: 2 })?.description ?? '', /^9:05\sAM · 2 turns$/);
  });

  it('says which conversations are running or open', () => {
    const item = itemOf({ busy: true }, { isOpen: (id: string) => id === 'a' } as object);
    assert.equal(item?.label, '$(sync~spin) Retries');
    assert.match(item.description, / · answering · open$/);
  });

  for (const { what, changes, title, description } of [
    { what: 'is damaged', changes: {}, title: 'Retries', description: /^9:05\sAM · 1 turn · damaged$/ },
    {
      what: 'is damaged from its first prompt on',
      changes: { title: '', turns: 0 },
      title: untitled,
      description: /^damaged$/,
    },
  ] as const) {
    it(`shows that a conversation ${what}, with the best available title`, () => {
      const item = itemOf({ problem: 'damaged', ...changes });
      assert.match(item?.title ?? '', new RegExp(title));
      assert.equal(item?.label, item?.title);
      assert.match(item?.description ?? '', description);
    });
  }

  it('shows icon codes in titles and excerpts as plain text', () => {
    const item = itemOf({ title: 'echo $(date)', excerpt: 'use $(sync~spin)' });
    assert.doesNotMatch(`${item?.label} ${item?.detail}`, /\$\(/);
    assert.equal(item?.title, 'echo $(date)');
  });

  it('shows each title and excerpt on one line, without hidden characters', () => {
    const item = itemOf({ title: 'a\u202e\nb\u200b', excerpt: '…c\u001b\u2066 d' });
    assert.deepEqual([item?.title, item?.label, item?.detail], ['a b', 'a b', '…c d']);
  });

  it('shows the date of a conversation whose title has no visible characters', () => {
    assert.match(itemOf({ title: '\u200b\u2060' })?.title ?? '', /^Conversation from /);
  });

  for (const { what, excerpt, shown } of [
    {
      what: 'shows the excerpt around a match',
      excerpt: '…back off…',
      shown: { alwaysShow: true, detail: '…back off…' },
    },
    {
      what: 'does not repeat the title as an excerpt',
      excerpt: 'Retries',
      shown: { alwaysShow: true, detail: undefined },
    },
    { what: 'shows no excerpt without a search', excerpt: undefined, shown: { alwaysShow: false, detail: undefined } },
  ] as const) {
    it(what, () => {
      const { alwaysShow, detail } = itemOf(excerpt === undefined ? {} : { excerpt }) ?? {};
      assert.deepEqual({ alwaysShow, detail }, shown);
    });
  }
});
