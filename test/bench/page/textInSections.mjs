import { textNodes } from './textNodes.mjs';

/** Length of a section, the same as in our own renderer. */
export default (root) => textNodes(root, 4000);
