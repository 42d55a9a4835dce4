/** Code whose nodes are no longer those its spec describes, and the language it was highlighted for. */
export const highlighted = new WeakMap<Element, string>();
