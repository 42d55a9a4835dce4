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
export const oursWithoutFormulas: Renderer = { name: 'ours, formulas stay text', file: 'page/oursWithoutFormulas.mjs' };
export const limit: Renderer = { name: 'plain text in contained sections', file: 'page/textInSections.mjs' };
export const streamingMarkdown: Renderer = { name: 'streaming-markdown', file: 'peers/streamingMarkdown.mjs' };

interface Peer extends Renderer {
  /** Aim for the ratio of our time to the peer's time. */
  readonly aim?: string;
  /** Whether to measure the longest text regardless of the duration. */
  readonly always?: true;
}

/** The lower limit of rendering, and common ways to render an answer while it streams. */
export const peers: readonly Peer[] = [
  { ...limit, aim: '≤ 1.35, 1.2, 1.2' },
  { ...streamingMarkdown, aim: '≤ 1 at 10k' },
  { name: 'incremark', file: 'peers/incremark.mjs' },
  { name: 'streamdown', file: 'peers/streamdown.mjs', always: true },
  { name: 'react-markdown, per frame', file: 'peers/reactMarkdownPerFrame.mjs' },
  { name: 'markdown-it + innerHTML, per frame', file: 'peers/markdownItPerFrame.mjs' },
];
