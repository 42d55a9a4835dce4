import type { Block } from './blocks';
import type { ElementSpec, FrozenNodes, Spec, Attributes } from './tree';

/** How much of the beginning of an element's children is final. */
interface FinalChildren {
  /** The element is the last child of the last child … of the block, so many times. */
  readonly depth: number;
  readonly count: number;
  /** Characters of the next child, a text. */
  readonly textLength: number;
}

/** What is behind the element that `freeze` has changed. */
export function findFrozenNodes(spec: ElementSpec | undefined): FrozenNodes | undefined {
  if (!spec || spec.frozen) return spec?.frozen;
  const last = spec.children.at(-1);
  return typeof last === 'object' ? findFrozenNodes(last) : undefined;
}

/** Changes the element that is `depth` last children below `spec`. */
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

/** The spec without its final children, which are from now on behind it. */
export function freezeChildren(
  spec: ElementSpec,
  element: Element,
  { depth, count, textLength }: FinalChildren,
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

/** The elements right in `element` that are behind `after` and were not behind `before`. */
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

/** The spec with everything that was behind it among its children again. */
export function thawSpec(spec: ElementSpec): ElementSpec {
  const { frozen, children, ...rest } = spec;
  if (frozen) return { ...rest, children: joinSpecs(frozen, children) };
  const last = children.at(-1);
  if (last === undefined || typeof last === 'string') return spec;
  const inside = thawSpec(last);
  return inside === last ? spec : { ...spec, children: [...children.slice(0, -1), inside] };
}

function joinSpecs(frozen: FrozenNodes | undefined, children: readonly Spec[]): readonly Spec[] {
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

function textBefore(spec: Spec | undefined, length: number): string {
  return typeof spec === 'string' ? spec.slice(0, length) : '';
}

function textAfter(spec: Spec | undefined, length: number): string {
  return typeof spec === 'string' ? spec.slice(length) : '';
}

function textLengthOf(spec: Spec | undefined): number {
  return typeof spec === 'string' ? spec.length : 0;
}

function isElement(node: Node): node is Element {
  return node.nodeType === 1;
}

/** What the rest of a block, parsed by itself, has to know of its beginning. */
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
  /** What stands in for it is as long as `skip`, and no part of what is shown. */
  | { readonly kind: 'paragraph'; readonly skip: number };

/** An open block as it was last parsed: from the beginning of `text` on, and the only one in it. */
export interface OpenBlock {
  /** Begins with what stands in for a frozen beginning. */
  readonly text: string;
  readonly block: Block;
  readonly lineStart: (line: number) => number;
  readonly spec: ElementSpec;
  readonly context: PrefixContext | undefined;
}

/** Where the beginning of an open block ends that no more text can change. */
export interface FreezePoint {
  readonly end: number;
  /** Put before what follows, it makes the parser read that as it would have behind the whole beginning. */
  readonly placeholder: string;
  readonly context: PrefixContext;
  readonly finalChildren: FinalChildren;
}
