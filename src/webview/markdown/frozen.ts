import type { Block } from './blocks';
import type { ElementSpec, Frozen, Spec, Attributes } from './tree';

/** How much of the beginning of an element's children is final. */
interface FinalChildren {
  /** The element is the last child of the last child … of the block, so many times. */
  readonly depth: number;
  readonly count: number;
  /** Characters of the next child, a text. */
  readonly text: number;
}

/** What is behind the element that `freeze` has changed. */
export function frozenIn(spec: ElementSpec | undefined): Frozen | undefined {
  if (!spec || spec.behind) return spec?.behind;
  const last = spec.children.at(-1);
  return typeof last === 'object' ? frozenIn(last) : undefined;
}

/** Changes the element that is `depth` last children below `spec`. */
export function changeInside(
  spec: ElementSpec,
  depth: number,
  change: (inside: ElementSpec) => ElementSpec,
): ElementSpec {
  if (depth === 0) return change(spec);
  const last = spec.children.at(-1);
  if (last === undefined || typeof last === 'string') return spec;
  return { ...spec, children: [...spec.children.slice(0, -1), changeInside(last, depth - 1, change)] };
}

/** The spec without its final children, which are from now on behind it. */
export function freeze(spec: ElementSpec, element: Element, { depth, count, text }: FinalChildren): ElementSpec {
  let container = element;
  for (let level = 0; level < depth; level++) container = container.lastElementChild ?? container;
  return changeInside(spec, depth, (inside) => {
    const { children, behind } = inside;
    const specs = text > 0 ? [...children.slice(0, count), head(children[count], text)] : children.slice(0, count);
    const rest = text > 0 ? [tail(children[count], text), ...children.slice(count + 1)] : children.slice(count);
    const last = nodeAt(container, inside, specs.length - 1);
    if (!last) return inside;
    const all = joined(behind, specs);
    const openText = text > 0 ? lengthOf(all.at(-1)) : 0;
    return { ...inside, children: rest.filter((child) => child !== ''), behind: { specs: all, last, openText } };
  });
}

/** The elements right in `element` that are behind `after` and were not behind `before`. */
export function frozenSince(before: ElementSpec, after: ElementSpec, element: Element): readonly Element[] {
  const elements: Element[] = [];
  const last = after.behind?.last;
  let node = before.behind ? before.behind.last.nextSibling : element.firstChild;
  while (last && node) {
    if (isElement(node)) elements.push(node);
    node = node === last ? null : node.nextSibling;
  }
  return elements;
}

/** The spec with everything that was behind it among its children again. */
export function whole(spec: ElementSpec): ElementSpec {
  const { behind, children, ...rest } = spec;
  if (behind) return { ...rest, children: joined(behind, children) };
  const last = children.at(-1);
  if (last === undefined || typeof last === 'string') return spec;
  const inside = whole(last);
  return inside === last ? spec : { ...spec, children: [...children.slice(0, -1), inside] };
}

function joined(behind: Frozen | undefined, children: readonly Spec[]): readonly Spec[] {
  if (!behind) return children;
  const [first, ...rest] = children;
  const open = behind.specs.at(-1);
  if (behind.openText === 0 || typeof first !== 'string' || typeof open !== 'string') {
    return [...behind.specs, ...children];
  }
  return [...behind.specs.slice(0, -1), open + first, ...rest];
}

function nodeAt(container: Element, { behind, children }: ElementSpec, index: number): ChildNode | undefined {
  let node = behind ? behind.last : container.firstChild;
  const isInOpenText = behind && behind.openText > 0 && typeof children[0] === 'string';
  for (let left = behind && !isInOpenText ? index + 1 : index; left > 0 && node; left--) node = node.nextSibling;
  return node ?? undefined;
}

function head(spec: Spec | undefined, length: number): string {
  return typeof spec === 'string' ? spec.slice(0, length) : '';
}

function tail(spec: Spec | undefined, length: number): string {
  return typeof spec === 'string' ? spec.slice(length) : '';
}

function lengthOf(spec: Spec | undefined): number {
  return typeof spec === 'string' ? spec.length : 0;
}

function isElement(node: Node): node is Element {
  return node.nodeType === 1;
}

/** What the rest of a block, parsed by itself, has to know of its beginning. */
export type Beginning =
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
  readonly beginning: Beginning | undefined;
}

/** Where the beginning of an open block ends that no more text can change. */
export interface Cut {
  readonly end: number;
  /** Put before what follows, it makes the parser read that as it would have behind the whole beginning. */
  readonly standIn: string;
  readonly beginning: Beginning;
  readonly final: FinalChildren;
}
