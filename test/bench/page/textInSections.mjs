import { textNodes } from './textNodes.mjs';

/** The sections are twice as long as in our own renderer, which gains more from short ones than plain text does. */
export default (root) => textNodes(root, 4000);
