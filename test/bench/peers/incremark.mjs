import { IncremarkContent } from '@incremark/react';
import { createElement } from 'react';
import { reactRenderer } from './reactRenderer.mjs';

/** Replaces incremark's code component, which highlights repeatedly with Shiki, unlike all other renderers. */
const components = { code: ({ node }) => createElement('pre', null, createElement('code', null, node.value)) };

export default reactRenderer(({ text, finished }) =>
  createElement(IncremarkContent, { content: text, isFinished: finished, components }),
);
