import { markdownTable } from '../../support/tableInMarkdown';
import type { Outcome } from './outcome';
import type { Measured, SideBySide } from './sideBySide';

type Language = 'en' | 'zh';

interface TableTexts {
  /** Path of the document with the table, from the root of the repository. */
  readonly document: string;
  readonly head: readonly [fault: string, tutorial: string, ours: string];
  readonly outcomes: Readonly<Record<Outcome, string>>;
  readonly seconds: (count: string) => string;
  readonly requests: (count: number) => string;
  readonly comma: string;
}

const texts: Readonly<Record<Language, TableTexts>> = {
  en: {
    document: 'docs/retry-and-resume.md',
    head: ['What goes wrong', 'Tutorial client', 'HolySheep Prompt'],
    outcomes: {
      whole: 'complete',
      doubled: '**duplicated text**',
      half: '**half an answer, taken as complete**',
      nothing: '**no answer, taken as complete**',
      error: 'error',
      hangs: '**never ends**',
    },
    seconds: (count) => `${count} s`,
    requests: (count) => (count === 1 ? '1 request' : `${count} requests`),
    comma: ', ',
  },
  zh: {
    document: 'docs/retry-and-resume.zh-CN.md',
    head: ['出了什么问题', '教程里的客户端', 'HolySheep Prompt'],
    outcomes: {
      whole: '完整',
      doubled: '**文字重复**',
      half: '**只有一半，却当作完整**',
      nothing: '**没有回答，却当作完整**',
      error: '报错',
      hangs: '**永远不结束**',
    },
    seconds: (count) => `${count} 秒`,
    requests: (count) => `${count} 个请求`,
    comma: '，',
  },
};

export const languages = Object.keys(texts) as readonly Language[];

/** Returns the path, from the root of the repository, of the document that has the table in a language. */
export function documentOf(language: Language): string {
  return texts[language].document;
}

/** Returns the table that compares both clients, in a language. */
export function comparisonTable(language: Language, results: readonly SideBySide[]): string {
  const { head } = texts[language];
  const rows = results.map(({ fault, tutorial, ours }) => [
    fault[language],
    cell(texts[language], tutorial),
    cell(texts[language], ours),
  ]);
  return markdownTable([head, ...rows]);
}

function cell({ outcomes, seconds, requests, comma }: TableTexts, measured: Measured): string {
  const time = Number.isFinite(measured.ms) ? [seconds(rounded(measured.ms / 1000))] : [];
  return [outcomes[measured.outcome], ...time, requests(measured.requests)].join(comma);
}

/** Returns the seconds with one decimal below ten, and without decimals above. */
function rounded(seconds: number): string {
  return seconds < 9.95 ? seconds.toFixed(1) : seconds.toFixed(0);
}
