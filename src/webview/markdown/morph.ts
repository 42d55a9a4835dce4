import { noAttributes, type Attributes, type ElementSpec, type FrozenNodes, type NodeSpec } from './tree';

/**
 * Language of each highlighted code element. Highlighting has replaced the nodes in these elements, so they no longer
 * match their specs.
 */
export const highlightedLanguage = new WeakMap<Element, string>();

const SVG = 'http://www.w3.org/2000/svg';

/** Creates the nodes of a spec. Only `createElement` and text nodes are used, never HTML that the model wrote. */
export function createNode(spec: NodeSpec, document: Document): Node {
  return typeof spec === 'string' ? document.createTextNode(spec) : createElement(spec, document);
}

/** Creates the element that a spec describes, including its descendants. */
export function createElement(spec: ElementSpec, document: Document): Element {
  const { tag, attributes, children } = spec;
  const created = tag === 'svg' || tag === 'path' ? document.createElementNS(SVG, tag) : document.createElement(tag);
  patchAttributes(created, noAttributes, attributes);
  for (const child of children) created.appendChild(createNode(child, document));
  return created;
}

/**
 * Changes `node`, which matches the spec `before`, to match the spec `after` with few DOM operations. Returns `node`,
 * or the element that has replaced it.
 */
export function patchElement(node: Element, before: ElementSpec, after: ElementSpec): Element {
  if (before === after) return node;
  if (before.tag === after.tag) {
    patchAttributes(node, before.attributes, after.attributes);
    patchChildren(node, before, after);
    return node;
  }
  const created = createElement(after.frozen ? { ...after, children: [] } : after, node.ownerDocument);
  if (after.frozen) {
    created.append(...node.childNodes);
    patchChildren(created, before, after);
  }
  node.replaceWith(created);
  return created;
}

function patchAttributes(node: Element, before: Attributes, after: Attributes): void {
  if (before === after) return;
  for (const name of Object.keys(before)) if (!(name in after)) node.removeAttribute(name);
  for (const [name, value] of Object.entries(after)) if (before[name] !== value) node.setAttribute(name, value);
}

function patchChildren(parent: Element, before: ElementSpec, after: ElementSpec): void {
  const { frozen } = after;
  let [oldSpecs, newSpecs] = [before.children, after.children];
  if (areSameSpecs(oldSpecs, newSpecs)) return;
  if (highlightedLanguage.delete(parent))
    parent.replaceChildren(...oldSpecs.map((spec) => createNode(spec, parent.ownerDocument)));
  if (frozen && frozen.openTextLength > 0) [oldSpecs, newSpecs] = patchOpenText(frozen, oldSpecs, newSpecs);
  const patch = () => {
    patchSiblings(parent, frozen ? frozen.lastNode.nextSibling : parent.firstChild, oldSpecs, newSpecs);
  };
  // If the number of nodes has changed, a chunk element replaces the text node at the end of the code. The selection is
  // restored afterwards, because replacing the text node would remove a selection in it.
  if (after.tag === 'code' && oldSpecs.length !== newSpecs.length) preserveSelection(parent, patch);
  else patch();
}

function areSameSpecs(before: readonly NodeSpec[], after: readonly NodeSpec[]): boolean {
  return before === after || (before.length === after.length && before.every((spec, index) => spec === after[index]));
}

/** Patches a text node that is only partly frozen. @returns the specs that remain to be compared */
function patchOpenText(
  { lastNode, openTextLength }: FrozenNodes,
  before: readonly NodeSpec[],
  after: readonly NodeSpec[],
): [readonly NodeSpec[], readonly NodeSpec[]] {
  const [oldText, oldSpecs] = splitLeadingText(before);
  const [newText, newSpecs] = splitLeadingText(after);
  if (oldText !== newText && isText(lastNode)) patchText(lastNode, oldText, newText, openTextLength);
  return [oldSpecs, newSpecs];
}

function splitLeadingText(specs: readonly NodeSpec[]): [string, readonly NodeSpec[]] {
  const [first] = specs;
  return typeof first === 'string' ? [first, specs.slice(1)] : ['', specs];
}

function patchSiblings(
  parent: Element,
  first: ChildNode | null,
  before: readonly NodeSpec[],
  after: readonly NodeSpec[],
): void {
  const commonCount = Math.min(before.length, after.length);
  let child = first;
  for (let index = 0; index < commonCount && child; index++) {
    const oldSpec = before[index];
    const newSpec = after[index];
    const next: ChildNode | null = child.nextSibling;
    if (oldSpec !== undefined && newSpec !== undefined && oldSpec !== newSpec)
      patchNode(child, oldSpec, newSpec, parent.ownerDocument);
    child = next;
  }
  while (child) {
    const next: ChildNode | null = child.nextSibling;
    child.remove();
    child = next;
  }
  for (const spec of after.slice(commonCount)) parent.appendChild(createNode(spec, parent.ownerDocument));
}

function patchNode(node: ChildNode, before: NodeSpec, after: NodeSpec, document: Document): void {
  if (typeof before !== 'string' && typeof after !== 'string' && isElement(node)) {
    patchElement(node, before, after);
  } else if (typeof before === 'string' && typeof after === 'string' && isText(node)) {
    patchText(node, before, after, 0);
  } else {
    node.replaceWith(createNode(after, document));
  }
}

/**
 * Changes a text node from `before` to `after`. Their common prefix is not touched, so that a selection in it survives.
 * @param start offset in the node at which `before` starts
 */
function patchText(node: Text, before: string, after: string, start: number): void {
  if (after.startsWith(before)) {
    node.appendData(after.slice(before.length));
    return;
  }
  let commonLength = 0;
  while (commonLength < after.length && before.charCodeAt(commonLength) === after.charCodeAt(commonLength))
    commonLength++;
  node.replaceData(start + commonLength, before.length - commonLength, after.slice(commonLength));
}

function isElement(node: Node): node is Element {
  return node.nodeType === 1;
}

function isText(node: Node): node is Text {
  return node.nodeType === 3;
}

interface TextPosition {
  readonly node: Node;
  readonly offset: number;
}

/** Calls `change`, which replaces the nodes of `element` but not its text, and restores the selection afterwards. */
export function preserveSelection(element: Element, change: () => void): void {
  const selection = element.ownerDocument.getSelection();
  const { anchorNode, focusNode } = selection ?? {};
  if (!selection || !anchorNode || !focusNode || !(element.contains(anchorNode) || element.contains(focusNode))) {
    change();
    return;
  }
  const anchor = capturePosition(element, { node: anchorNode, offset: selection.anchorOffset });
  const focus = capturePosition(element, { node: focusNode, offset: selection.focusOffset });
  change();
  const [start, end] = [anchor(), focus()];
  selection.setBaseAndExtent(start.node, start.offset, end.node, end.offset);
}

/**
 * Remembers a position in `element` by the length of the text before it. Returns a function that finds the position
 * again.
 */
function capturePosition(element: Element, position: TextPosition): () => TextPosition {
  if (!element.contains(position.node)) return () => position;
  const range = element.ownerDocument.createRange();
  range.setStart(element, 0);
  range.setEnd(position.node, position.offset);
  const { length } = range.toString();
  return () => findPosition(element, length);
}

function findPosition(element: Element, length: number): TextPosition {
  const texts = element.ownerDocument.createTreeWalker(element, 4);
  let remaining = length;
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const size = node.nodeValue?.length ?? 0;
    if (remaining <= size) return { node, offset: remaining };
    remaining -= size;
  }
  return { node: element, offset: element.childNodes.length };
}
