import { textNodes } from './textNodes.mjs';

export default (root) => textNodes(root, Infinity);
