/** Start of the script that converts formulas. The page loads it when an answer contains its first formula. */
import { texToTree } from './texToTree';

globalThis.texToTree = texToTree;
