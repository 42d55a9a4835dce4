import { markdownTable } from '../support/tableInMarkdown';
import type { Row } from './row';

type ReadmeFile = 'README.md' | 'README.zh-CN.md';

interface ReadmeRow {
  /** The start of the row's name in docs/bench.md. */
  readonly what: string;
  /** The end of the row's peer in docs/bench.md. */
  readonly peer: string;
  /** Names of the row and of its peer in each README. */
  readonly texts: Readonly<Record<ReadmeFile, readonly [what: string, peer: string]>>;
}

const readmeRows: readonly ReadmeRow[] = [
  {
    what: 'Host CPU per token, eight events a read',
    peer: 'openai SDK',
    texts: {
      'README.md': ['Processor time per token', 'OpenAI SDK'],
      'README.zh-CN.md': ['每个 token 的CPU 时间', 'OpenAI SDK'],
    },
  },
  {
    what: 'First text over a warm connection',
    peer: 'openai SDK',
    texts: {
      'README.md': ['First text over an open connection, median', 'OpenAI SDK'],
      'README.zh-CN.md': ['在已建立的连接上收到首段文字的时间，中位数', 'OpenAI SDK'],
    },
  },
  {
    what: 'Heap kept per request',
    peer: 'openai SDK',
    texts: {
      'README.md': ['Memory that stays in use per request', 'OpenAI SDK'],
      'README.zh-CN.md': ['每个请求之后仍占用的内存', 'OpenAI SDK'],
    },
  },
  {
    what: 'Activation',
    peer: 'empty extension',
    texts: {
      'README.md': ['Activation of the extension, median', 'an empty extension'],
      'README.zh-CN.md': ['扩展激活，中位数', '空扩展'],
    },
  },
  {
    what: 'Rendering 10k, 50k, 200k characters',
    peer: 'streamdown',
    texts: {
      'README.md': ['Rendering answers of 10k, 50k and 200k characters', 'streamdown'],
      'README.zh-CN.md': ['渲染 1 万、5 万、20 万字符的回答', 'streamdown'],
    },
  },
];

const heads: Readonly<Record<ReadmeFile, readonly [what: string, ours: string, peer: string, ratio: string]>> = {
  'README.md': ['What', 'HolySheep Prompt', 'Compared with', 'Ratio'],
  'README.zh-CN.md': ['测量内容', 'HolySheep Prompt', '对比对象', '比值'],
};

export const readmeFiles = Object.keys(heads) as readonly ReadmeFile[];

/**
 * Returns the table of a README: the most telling rows of docs/bench.md, in the language of the README.
 * @throws if one of the rows was not measured
 */
export function readmeTable(file: ReadmeFile, measured: readonly Row[]): string {
  const rows = readmeRows.map(({ what, peer, texts }) => {
    const row = measured.find((each) => each.what.startsWith(what) && each.peer.endsWith(peer));
    if (!row) throw new Error(`Not measured: ${what}, compared with ${peer}.`);
    const [title, peerTitle] = texts[file];
    return [title, row.ours, `${row.peer.slice(0, -peer.length)}${peerTitle}`, row.ratio];
  });
  return markdownTable([heads[file], ...rows]);
}
