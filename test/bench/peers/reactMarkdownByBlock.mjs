import { marked } from 'marked';
import { createElement, memo } from 'react';
import Markdown from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { reactRenderer } from './reactRenderer.mjs';

const remarkPlugins = [remarkGfm];

const Block = memo(({ source }) => createElement(Markdown, { remarkPlugins }, source));

export default reactRenderer(({ text }) =>
  marked.lexer(text).map(({ raw }, index) => createElement(Block, { key: index, source: raw })),
);
