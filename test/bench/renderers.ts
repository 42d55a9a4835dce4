import path from 'node:path';
import { root } from '../support/paths';

/** Folder of the peers, which are installed separately because only the benchmarks need them. */
export const peersFolder = path.join(root, 'test/bench/peers');

export interface Renderer {
  readonly name: string;
  /** Path of the page's module, relative to `test/bench`. */
  readonly file: string;
}

export const ours: Renderer = { name: 'ours', file: 'page/ours.mjs' };
export const limit: Renderer = { name: 'plain text in contained sections', file: 'page/textInSections.mjs' };
export const streamingMarkdown: Renderer = { name: 'streaming-markdown', file: 'peers/streamingMarkdown.mjs' };
export const markdownItByBlock: Renderer = { name: 'markdown-it by block', file: 'peers/markdownItByBlock.mjs' };

export interface Peer extends Renderer {
  /** Aim for the ratio of our time to the peer's time. */
  readonly aim?: string;
  /** Whether to measure the longest text regardless of the duration, because the aim refers to it. */
  readonly always?: true;
}

/** Peers, starting with the one that does the least work. */
export const peers: readonly Peer[] = [
  { ...limit, aim: '≤ 1.5 each' },
  { name: 'plain text in one container', file: 'page/textInOneContainer.mjs' },
  { name: 'ours as the panel calls it', file: 'page/oursInPanel.mjs' },
  streamingMarkdown,
  { name: 'markdown-it on the open tail + DOMPurify', file: 'peers/markdownItTail.mjs' },
  { name: 'incremark', file: 'peers/incremark.mjs' },
  { name: 'marked, memoised by block', file: 'peers/markedByBlock.mjs' },
  { name: 'streamdown', file: 'peers/streamdown.mjs', aim: '≤ 0.11 at 200k', always: true },
  { name: 'react-markdown, memoised by block', file: 'peers/reactMarkdownByBlock.mjs' },
  { name: 'morphdom over markdown-it, per frame', file: 'peers/morphdom.mjs' },
  {
    ...{ name: 'markdown-it + innerHTML, per frame', file: 'peers/markdownItPerFrame.mjs' },
    ...{ aim: '≤ 1/45 at 200k', always: true },
  },
  { name: 'react-markdown, per frame', file: 'peers/reactMarkdownPerFrame.mjs' },
  { name: 'markdown-it + innerHTML, per token', file: 'peers/markdownItPerToken.mjs' },
];
