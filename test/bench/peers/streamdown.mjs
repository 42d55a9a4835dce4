import { createElement } from 'react';
import { Streamdown } from 'streamdown';
import { reactRenderer } from './reactRenderer.mjs';

export default reactRenderer(({ text, finished }) => createElement(Streamdown, { isAnimating: !finished }, text));
