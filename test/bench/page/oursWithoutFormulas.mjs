import { renderInto } from './ours.mjs';

/** Formulas stay text, as when the setting `markdown.math.enabled` is off. */
export default (root) => renderInto(root);
