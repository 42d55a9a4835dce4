import path from 'node:path';
import { root } from '../support/paths';

/** Installed by themselves: nothing else of the project needs them. */
export const peersFolder = path.join(root, 'test/bench/peers');

export interface Renderer {
  readonly name: string;
  /** Module that the page is made of, from `test/bench`. */
  readonly file: string;
}

export const ours: Renderer = { name: 'ours', file: 'page/ours.mjs' };
export const limit: Renderer = { name: 'plain text in contained sections', file: 'page/textInSections.mjs' };
export const streamingMarkdown: Renderer = { name: 'streaming-markdown', file: 'peers/streamingMarkdown.mjs' };
export const markdownItByBlock: Renderer = { name: 'markdown-it by block', file: 'peers/markdownItByBlock.mjs' };

export interface Peer extends Renderer {
  /** Of ours ÷ theirs. */
  readonly aim?: string;
  /** However long it takes, it is measured with the longest text too: the aim is about that. */
  readonly always?: true;
}

/** The first has the least to do. */
export const peers: readonly Peer[] = [
  { ...limit, aim: '≤ 1.8 each' },
  { name: 'plain text in one container', file: 'page/textInOneContainer.mjs' },
  { name: 'ours as the panel calls it', file: 'page/oursInPanel.mjs' },
  streamingMarkdown,
  { name: 'markdown-it on the open tail + DOMPurify', file: 'peers/markdownItTail.mjs' },
  { name: 'incremark', file: 'peers/incremark.mjs' },
  { name: 'marked, memoised by block', file: 'peers/markedByBlock.mjs' },
  { name: 'streamdown', file: 'peers/streamdown.mjs', aim: '≤ 1/10 at 200k', always: true },
  { name: 'react-markdown, memoised by block', file: 'peers/reactMarkdownByBlock.mjs' },
  { name: 'morphdom over markdown-it, per frame', file: 'peers/morphdom.mjs' },
  {
    ...{ name: 'markdown-it + innerHTML, per frame', file: 'peers/markdownItPerFrame.mjs' },
    ...{ aim: '≤ 1/45 at 200k', always: true },
  },
  { name: 'react-markdown, per frame', file: 'peers/reactMarkdownPerFrame.mjs' },
  { name: 'markdown-it + innerHTML, per token', file: 'peers/markdownItPerToken.mjs' },
];
