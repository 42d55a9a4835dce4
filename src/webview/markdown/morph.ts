import { noAttributes, type Attributes, type ElementSpec, type Frozen, type Spec } from './tree';

/** Code whose nodes are no longer those its spec describes, and the language it was highlighted for. */
export const highlighted = new WeakMap<Element, string>();

const SVG = 'http://www.w3.org/2000/svg';

/** Makes nodes by `createElement` and text nodes alone; attributes are those the specs name, never the model's. */
export function create(spec: Spec, document: Document): Node {
  return typeof spec === 'string' ? document.createTextNode(spec) : createElement(spec, document);
}

export function createElement(spec: ElementSpec, document: Document): Element {
  const { tag, attributes, children } = spec;
  const made = tag === 'svg' || tag === 'path' ? document.createElementNS(SVG, tag) : document.createElement(tag);
  patchAttributes(made, noAttributes, attributes);
  for (const child of children) made.appendChild(create(child, document));
  return made;
}

/** Turns `node`, which was made from `before`, into `after` with as few changes as its tag allows. */
export function patchElement(node: Element, before: ElementSpec, after: ElementSpec): Element {
  if (before === after) return node;
  if (before.tag === after.tag) {
    patchAttributes(node, before.attributes, after.attributes);
    patchChildren(node, before, after);
    return node;
  }
  const made = createElement(after.behind ? { ...after, children: [] } : after, node.ownerDocument);
  if (after.behind) {
    made.append(...node.childNodes);
    patchChildren(made, before, after);
  }
  node.replaceWith(made);
  return made;
}

function patchAttributes(node: Element, before: Attributes, after: Attributes): void {
  if (before === after) return;
  for (const name of Object.keys(before)) if (!(name in after)) node.removeAttribute(name);
  for (const [name, value] of Object.entries(after)) if (before[name] !== value) node.setAttribute(name, value);
}

function patchChildren(parent: Element, before: ElementSpec, after: ElementSpec): void {
  const { behind } = after;
  let [was, is] = [before.children, after.children];
  if (sameSpecs(was, is)) return;
  if (highlighted.delete(parent)) parent.replaceChildren(...was.map((spec) => create(spec, parent.ownerDocument)));
  if (behind && behind.openText > 0) [was, is] = patchOpenText(behind, was, is);
  const patch = () => {
    patchSiblings(parent, behind ? behind.last.nextSibling : parent.firstChild, was, is);
  };
  // The text that grew becomes a box.
  if (after.tag === 'code' && was.length !== is.length) keepSelection(parent, patch);
  else patch();
}

function sameSpecs(before: readonly Spec[], after: readonly Spec[]): boolean {
  return before === after || (before.length === after.length && before.every((spec, index) => spec === after[index]));
}

/** @returns what is left of both to be compared. */
function patchOpenText(
  { last, openText }: Frozen,
  before: readonly Spec[],
  after: readonly Spec[],
): [readonly Spec[], readonly Spec[]] {
  const [was, restBefore] = leadingText(before);
  const [is, restAfter] = leadingText(after);
  if (was !== is && isText(last)) patchText(last, was, is, openText);
  return [restBefore, restAfter];
}

function leadingText(specs: readonly Spec[]): [string, readonly Spec[]] {
  const [first] = specs;
  return typeof first === 'string' ? [first, specs.slice(1)] : ['', specs];
}

function patchSiblings(
  parent: Element,
  first: ChildNode | null,
  before: readonly Spec[],
  after: readonly Spec[],
): void {
  const kept = Math.min(before.length, after.length);
  let child = first;
  for (let index = 0; index < kept && child; index++) {
    const was = before[index];
    const is = after[index];
    const next: ChildNode | null = child.nextSibling;
    if (was !== undefined && is !== undefined && was !== is) patchNode(child, was, is, parent.ownerDocument);
    child = next;
  }
  while (child) {
    const next: ChildNode | null = child.nextSibling;
    child.remove();
    child = next;
  }
  for (const spec of after.slice(kept)) parent.appendChild(create(spec, parent.ownerDocument));
}

function patchNode(node: ChildNode, before: Spec, after: Spec, document: Document): void {
  if (typeof before !== 'string' && typeof after !== 'string' && isElement(node)) {
    patchElement(node, before, after);
  } else if (typeof before === 'string' && typeof after === 'string' && isText(node)) {
    patchText(node, before, after, 0);
  } else {
    node.replaceWith(create(after, document));
  }
}

/**
 * Only what differs behind the common beginning is touched, so a selection before it survives.
 * @param start where `before` begins in the node.
 */
function patchText(node: Text, before: string, after: string, start: number): void {
  if (after.startsWith(before)) {
    node.appendData(after.slice(before.length));
    return;
  }
  let same = 0;
  while (same < after.length && before.charCodeAt(same) === after.charCodeAt(same)) same++;
  node.replaceData(start + same, before.length - same, after.slice(same));
}

function isElement(node: Node): node is Element {
  return node.nodeType === 1;
}

function isText(node: Node): node is Text {
  return node.nodeType === 3;
}

interface Place {
  readonly node: Node;
  readonly offset: number;
}

/** Lets `change` make other nodes of the same text in `element`, with the same of it selected before and after. */
export function keepSelection(element: Element, change: () => void): void {
  const selection = element.ownerDocument.getSelection();
  const { anchorNode, focusNode } = selection ?? {};
  if (!selection || !anchorNode || !focusNode || !(element.contains(anchorNode) || element.contains(focusNode))) {
    change();
    return;
  }
  const anchor = remember(element, { node: anchorNode, offset: selection.anchorOffset });
  const focus = remember(element, { node: focusNode, offset: selection.focusOffset });
  change();
  const [start, end] = [anchor(), focus()];
  selection.setBaseAndExtent(start.node, start.offset, end.node, end.offset);
}

/** @returns what finds the place again: one in `element` by the text before it. */
function remember(element: Element, place: Place): () => Place {
  if (!element.contains(place.node)) return () => place;
  const range = element.ownerDocument.createRange();
  range.setStart(element, 0);
  range.setEnd(place.node, place.offset);
  const { length } = range.toString();
  return () => placeAt(element, length);
}

function placeAt(element: Element, length: number): Place {
  const texts = element.ownerDocument.createTreeWalker(element, 4);
  let left = length;
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const size = node.nodeValue?.length ?? 0;
    if (left <= size) return { node, offset: left };
    left -= size;
  }
  return { node: element, offset: element.childNodes.length };
}
