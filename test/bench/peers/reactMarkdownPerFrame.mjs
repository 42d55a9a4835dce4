import { createElement } from 'react';
import Markdown from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { reactRenderer } from './reactRenderer.mjs';

const remarkPlugins = [remarkGfm];

export default reactRenderer(({ text }) => createElement(Markdown, { remarkPlugins }, text));
