import { IncremarkContent } from '@incremark/react';
import { createElement } from 'react';
import { reactRenderer } from './reactRenderer.mjs';

/** Its own one highlights with Shiki again and again; no other renderer does. */
const components = { code: ({ node }) => createElement('pre', null, createElement('code', null, node.value)) };

export default reactRenderer(({ text, finished }) =>
  createElement(IncremarkContent, { content: text, isFinished: finished, components }),
);
