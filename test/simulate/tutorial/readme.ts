import { markdownTable } from '../table';
import type { Outcome } from './outcome';
import type { Measured, SideBySide } from './sideBySide';

/** The languages of the tables. */
export type Language = 'en' | 'zh';

/** The texts of a table in one language. */
interface TableTexts {
  readonly file: string;
  readonly head: readonly [fault: string, tutorial: string, ours: string];
  readonly outcomes: Readonly<Record<Outcome, string>>;
  readonly seconds: (count: string) => string;
  readonly requests: (count: number) => string;
  readonly comma: string;
}

const tableTexts: Readonly<Record<Language, TableTexts>> = {
  en: {
    file: 'README.md',
    head: ['what goes wrong', 'the tutorial', 'ours'],
    outcomes: {
      whole: 'whole',
      doubled: '**doubled**',
      half: '**half, taken for whole**',
      nothing: '**nothing, taken for an answer**',
      error: 'an error',
      hangs: '**never ends**',
    },
    seconds: (count) => `${count} s`,
    requests: (count) => (count === 1 ? '1 request' : `${count} requests`),
    comma: ', ',
  },
  zh: {
    file: 'README.zh-CN.md',
    head: ['出了什么问题', '教程', '我们'],
    outcomes: {
      whole: '完整',
      doubled: '**重复**',
      half: '**只有一半，却当作完整**',
      nothing: '**什么都没有，却当作回答**',
      error: '报错',
      hangs: '**永远不结束**',
    },
    seconds: (count) => `${count} 秒`,
    requests: (count) => `${count} 个请求`,
    comma: '，',
  },
};

/** All languages of the tables. */
export const languages = Object.keys(tableTexts) as readonly Language[];

/** Returns the path of the README in a language. */
export function readmeOf(language: Language): string {
  return tableTexts[language].file;
}

/** Returns the table for the README of a language. */
export function readmeTable(language: Language, all: readonly SideBySide[]): string {
  const { head, ...texts } = tableTexts[language];
  const rows = all.map(({ fault, tutorial, ours }) => [fault[language], cell(texts, tutorial), cell(texts, ours)]);
  return markdownTable([head, ...rows]);
}

/** Replaces the table with the same header in a text. @throws if the text has no such table */
export function withTable(text: string, table: string): string {
  const [head = ''] = table.split('\n');
  const from = text.indexOf(head);
  if (from < 0) throw new Error(`There is no table with the header ${head}`);
  return text.slice(0, from) + table + text.slice(text.indexOf('\n\n', from));
}

function cell({ outcomes, seconds, requests, comma }: Omit<TableTexts, 'head'>, measured: Measured): string {
  const time = Number.isFinite(measured.ms) ? [seconds(rounded(measured.ms / 1000))] : [];
  return [outcomes[measured.outcome], ...time, requests(measured.requests)].join(comma);
}

/** Formats seconds, with one decimal place below 10. */
function rounded(seconds: number): string {
  return seconds < 9.95 ? seconds.toFixed(1) : seconds.toFixed(0);
}
