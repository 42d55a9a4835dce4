import type { Block } from './blocks';
import type { ElementSpec, FrozenNodes, NodeSpec, Attributes } from './tree';

/** Describes the leading children of an element that no further text can change: the children to freeze. */
interface ChildrenToFreeze {
  /**
   * Number of levels from the block's element down to the parent of the children to freeze. Each step down goes to the
   * last child.
   */
  readonly depth: number;
  /** Number of children to freeze completely. */
  readonly count: number;
  /**
   * Number of leading characters to freeze in the first child that is not completely frozen, if that child is a text
   * node. Otherwise 0.
   */
  readonly textLength: number;
}

/**
 * Returns the frozen nodes of an element spec or, if it has none, of its last child, the last child of that child, and
 * so on. Returns undefined if nothing is frozen.
 */
export function findFrozenNodes(spec: ElementSpec | undefined): FrozenNodes | undefined {
  if (!spec || spec.frozen) return spec?.frozen;
  const last = spec.children.at(-1);
  return typeof last === 'object' ? findFrozenNodes(last) : undefined;
}

/**
 * Returns a copy of an element spec in which `change` has replaced one descendant. The descendant is `depth` levels
 * down, and each step down goes to the last child.
 */
export function changeLastDescendant(
  spec: ElementSpec,
  depth: number,
  change: (inside: ElementSpec) => ElementSpec,
): ElementSpec {
  if (depth === 0) return change(spec);
  const last = spec.children.at(-1);
  if (last === undefined || typeof last === 'string') return spec;
  return { ...spec, children: [...spec.children.slice(0, -1), changeLastDescendant(last, depth - 1, change)] };
}

/**
 * Returns a copy of the element spec with frozen nodes in place of the children that {@link ChildrenToFreeze}
 * describes.
 */
export function freezeChildren(
  spec: ElementSpec,
  element: Element,
  { depth, count, textLength }: ChildrenToFreeze,
): ElementSpec {
  let container = element;
  for (let level = 0; level < depth; level++) container = container.lastElementChild ?? container;
  return changeLastDescendant(spec, depth, (inside) => {
    const { children, frozen } = inside;
    const specs =
      textLength > 0
        ? [...children.slice(0, count), textBefore(children[count], textLength)]
        : children.slice(0, count);
    const remainder =
      textLength > 0 ? [textAfter(children[count], textLength), ...children.slice(count + 1)] : children.slice(count);
    const lastNode = findNode(container, inside, specs.length - 1);
    if (!lastNode) return inside;
    const allSpecs = joinSpecs(frozen, specs);
    const openTextLength = textLength > 0 ? textLengthOf(allSpecs.at(-1)) : 0;
    return {
      ...inside,
      children: remainder.filter((child) => child !== ''),
      frozen: { specs: allSpecs, lastNode, openTextLength },
    };
  });
}

/** Returns the children of `element` that are frozen in the spec `after` but were not in the spec `before`. */
export function newlyFrozenElements(before: ElementSpec, after: ElementSpec, element: Element): readonly Element[] {
  const elements: Element[] = [];
  const last = after.frozen?.lastNode;
  let node = before.frozen ? before.frozen.lastNode.nextSibling : element.firstChild;
  while (last && node) {
    if (isElement(node)) elements.push(node);
    node = node === last ? null : node.nextSibling;
  }
  return elements;
}

/** Returns a copy of the element spec in which the frozen nodes have become children again. */
export function thawSpec(spec: ElementSpec): ElementSpec {
  const { frozen, children, ...rest } = spec;
  if (frozen) return { ...rest, children: joinSpecs(frozen, children) };
  const last = children.at(-1);
  if (last === undefined || typeof last === 'string') return spec;
  const inside = thawSpec(last);
  return inside === last ? spec : { ...spec, children: [...children.slice(0, -1), inside] };
}

function joinSpecs(frozen: FrozenNodes | undefined, children: readonly NodeSpec[]): readonly NodeSpec[] {
  if (!frozen) return children;
  const [first, ...rest] = children;
  const open = frozen.specs.at(-1);
  if (frozen.openTextLength === 0 || typeof first !== 'string' || typeof open !== 'string') {
    return [...frozen.specs, ...children];
  }
  return [...frozen.specs.slice(0, -1), open + first, ...rest];
}

function findNode(container: Element, { frozen, children }: ElementSpec, index: number): ChildNode | undefined {
  let node = frozen ? frozen.lastNode : container.firstChild;
  const isInOpenText = frozen && frozen.openTextLength > 0 && typeof children[0] === 'string';
  for (let remaining = frozen && !isInOpenText ? index + 1 : index; remaining > 0 && node; remaining--)
    node = node.nextSibling;
  return node ?? undefined;
}

function textBefore(spec: NodeSpec | undefined, length: number): string {
  return typeof spec === 'string' ? spec.slice(0, length) : '';
}

function textAfter(spec: NodeSpec | undefined, length: number): string {
  return typeof spec === 'string' ? spec.slice(length) : '';
}

function textLengthOf(spec: NodeSpec | undefined): number {
  return typeof spec === 'string' ? spec.length : 0;
}

function isElement(node: Node): node is Element {
  return node.nodeType === 1;
}

/** What the parser must know about the frozen prefix of a block to parse the remainder of the block on its own. */
export type PrefixContext =
  | {
      readonly kind: 'list';
      readonly type: string;
      readonly marker: string;
      readonly attributes: Attributes;
      readonly loose: boolean;
    }
  | { readonly kind: 'table'; readonly columns: number; readonly rows: number }
  | { readonly kind: 'fence' }
  /** `skip` is the number of characters in the placeholder, which is not rendered. */
  | { readonly kind: 'paragraph'; readonly skip: number };

/** An open block as it was last parsed. It starts at the beginning of `text` and is the only block in it. */
export interface OpenBlock {
  /** Source of the block, which starts with the placeholder for the frozen prefix. */
  readonly text: string;
  readonly block: Block;
  readonly lineStart: (line: number) => number;
  readonly spec: ElementSpec;
  readonly context: PrefixContext | undefined;
}

/** The point in an open block up to which no further text can change the block. */
export interface FreezePoint {
  /** Offset of the freeze point in the text of the block. */
  readonly end: number;
  /**
   * Short text that the parser sees in place of the frozen prefix, so that it parses the remainder as if the prefix
   * were still before it.
   */
  readonly placeholder: string;
  readonly context: PrefixContext;
  readonly childrenToFreeze: ChildrenToFreeze;
}
