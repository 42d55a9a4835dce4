import {
  mathTags,
  noAttributes,
  type Attributes,
  type ElementSpec,
  type MathTag,
  type NodeSpec,
  type Tag,
} from './tree';

/**
 * Code elements whose nodes were replaced by highlighting, so that the nodes no longer match the description of the
 * element.
 */
export const highlightedCode = new WeakSet<Element>();

const SVG = 'http://www.w3.org/2000/svg';
const MATH_ML = 'http://www.w3.org/1998/Math/MathML';

/** Returns the namespace of elements that are not HTML. */
function namespaceOf(tag: Tag): string | undefined {
  if (tag === 'svg' || tag === 'path') return SVG;
  return mathTags.has(tag as MathTag) ? MATH_ML : undefined;
}

function createNode(spec: NodeSpec): Node {
  return typeof spec === 'string' ? document.createTextNode(spec) : createElement(spec);
}

/**
 * Creates an element with its descendants. Only `createElement` and text nodes are used, and HTML from the model is
 * never parsed.
 */
export function createElement(spec: ElementSpec): Element {
  const { tag, attributes, children } = spec;
  const namespace = namespaceOf(tag);
  const newElement = namespace === undefined ? document.createElement(tag) : document.createElementNS(namespace, tag);
  patchAttributes(newElement, noAttributes, attributes);
  for (const child of children) newElement.appendChild(createNode(child));
  return newElement;
}

/**
 * Updates `node`, which was rendered from `before`, so that it shows `after`. Uses few DOM operations. Returns `node`,
 * or the element that replaces it.
 */
export function patchElement(node: Element, before: ElementSpec, after: ElementSpec): Element {
  if (before === after) return node;
  // A code block whose language changes gets a new element, so that its colors never have to be removed.
  const isSameCode = after.tag !== 'code' || before.attributes['class'] === after.attributes['class'];
  if (before.tag === after.tag && isSameCode) {
    patchAttributes(node, before.attributes, after.attributes);
    patchChildren(node, before, after);
    return node;
  }
  const newElement = createElement(after);
  node.replaceWith(newElement);
  return newElement;
}

function patchAttributes(node: Element, before: Attributes, after: Attributes): void {
  if (before === after) return;
  for (const name of Object.keys(before)) if (!(name in after)) node.removeAttribute(name);
  for (const [name, value] of Object.entries(after)) if (before[name] !== value) node.setAttribute(name, value);
}

function patchChildren(parent: Element, before: ElementSpec, after: ElementSpec): void {
  const [oldSpecs, newSpecs] = [before.children, after.children];
  if (oldSpecs.length === newSpecs.length && oldSpecs.every((spec, index) => spec === newSpecs[index])) return;
  if (highlightedCode.delete(parent)) parent.replaceChildren(...oldSpecs.map(createNode));
  const patch = () => patchSiblings(parent, oldSpecs, newSpecs);
  // If long code gets a new chunk element, this element replaces the text node at the end of the code. The selection is
  // restored, because it would be lost together with the text node.
  if (after.tag === 'code' && oldSpecs.length !== newSpecs.length) preserveSelection(parent, patch);
  else patch();
}

function patchSiblings(parent: Element, before: readonly NodeSpec[], after: readonly NodeSpec[]): void {
  const commonCount = Math.min(before.length, after.length);
  let child = parent.firstChild;
  for (let index = 0; index < commonCount && child; index++) {
    const oldSpec = before[index];
    const newSpec = after[index];
    const next: ChildNode | null = child.nextSibling;
    if (oldSpec !== undefined && newSpec !== undefined && oldSpec !== newSpec) patchNode(child, oldSpec, newSpec);
    child = next;
  }
  while (child) {
    const next: ChildNode | null = child.nextSibling;
    child.remove();
    child = next;
  }
  for (const spec of after.slice(commonCount)) parent.appendChild(createNode(spec));
}

function patchNode(node: ChildNode, before: NodeSpec, after: NodeSpec): void {
  if (typeof before !== 'string' && typeof after !== 'string') patchElement(node as Element, before, after);
  else if (typeof before === 'string' && typeof after === 'string') patchText(node as Text, before, after);
  else node.replaceWith(createNode(after));
}

/**
 * Changes a text node from `before` to `after`. The beginning that both texts share is not touched, so a selection in
 * it survives.
 */
function patchText(node: Text, before: string, after: string): void {
  let commonLength = after.startsWith(before) ? before.length : 0;
  while (commonLength < after.length && before.charCodeAt(commonLength) === after.charCodeAt(commonLength))
    commonLength++;
  node.replaceData(commonLength, before.length - commonLength, after.slice(commonLength));
}

/** Calls `change`, which replaces the nodes of `element` but not its text. Afterwards, restores the selection. */
export function preserveSelection(element: Element, change: () => void): void {
  const selection = document.getSelection();
  const { anchorNode, anchorOffset = 0, focusNode, focusOffset = 0 } = selection ?? {};
  if (!selection || !anchorNode || !focusNode || !(element.contains(anchorNode) || element.contains(focusNode))) {
    change();
    return;
  }
  const anchor = capturePosition(element, anchorNode, anchorOffset);
  const focus = capturePosition(element, focusNode, focusOffset);
  change();
  selection.setBaseAndExtent(...anchor(), ...focus());
}

type Position = readonly [node: Node, offset: number];

/**
 * Records a position in the document by the length of the text before it. Returns a function that finds the position
 * after the nodes have changed.
 */
function capturePosition(element: Element, node: Node, offset: number): () => Position {
  if (!element.contains(node)) return () => [node, offset];
  const range = document.createRange();
  range.setStart(element, 0);
  range.setEnd(node, offset);
  const { length } = range.toString();
  return () => findPosition(element, length);
}

function findPosition(element: Element, length: number): Position {
  const texts = document.createTreeWalker(element, 4);
  let remaining = length;
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const size = node.nodeValue?.length ?? 0;
    if (remaining <= size) return [node, remaining];
    remaining -= size;
  }
  return [element, element.childNodes.length];
}
