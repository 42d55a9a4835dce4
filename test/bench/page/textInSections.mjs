import { textNodes } from './textNodes.mjs';

/** As long as the sections of our own renderer. */
export default (root) => textNodes(root, 4000);
