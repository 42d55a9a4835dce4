import { markdownTable } from '../table';
import type { Outcome } from './outcome';
import type { Measured, SideBySide } from './sideBySide';

export type Language = 'en' | 'zh';

interface Words {
  readonly file: string;
  readonly head: readonly [fault: string, tutorial: string, ours: string];
  readonly outcomes: Readonly<Record<Outcome, string>>;
  readonly seconds: (count: string) => string;
  readonly requests: (count: number) => string;
  readonly comma: string;
}

const words: Readonly<Record<Language, Words>> = {
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

export const languages = Object.keys(words) as readonly Language[];

export function readmeOf(language: Language): string {
  return words[language].file;
}

/** The table that the README of a language has. */
export function readmeTable(language: Language, all: readonly SideBySide[]): string {
  const { head, ...rest } = words[language];
  const rows = all.map(({ fault, tutorial, ours }) => [fault[language], cell(rest, tutorial), cell(rest, ours)]);
  return markdownTable([head, ...rows]);
}

/** @returns `text` with `table` in the place of the one with the same head @throws if there is none */
export function withTable(text: string, table: string): string {
  const [head = ''] = table.split('\n');
  const from = text.indexOf(head);
  if (from < 0) throw new Error(`There is no table with the head ${head}`);
  return text.slice(0, from) + table + text.slice(text.indexOf('\n\n', from));
}

function cell({ outcomes, seconds, requests, comma }: Omit<Words, 'head'>, measured: Measured): string {
  const time = Number.isFinite(measured.ms) ? [seconds(rounded(measured.ms / 1000))] : [];
  return [outcomes[measured.outcome], ...time, requests(measured.requests)].join(comma);
}

/** A decimal where it says something. */
function rounded(seconds: number): string {
  return seconds < 9.95 ? seconds.toFixed(1) : seconds.toFixed(0);
}
