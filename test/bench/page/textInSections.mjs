import { textNodes } from './textNodes.mjs';

/** The sections have the length of our own renderer's sections. */
export default (root) => textNodes(root, 2000);
