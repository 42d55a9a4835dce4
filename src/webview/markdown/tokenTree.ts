import type { Token } from 'markdown-it';
import { element, noAttributes, type Attributes, type ElementSpec, type NodeSpec, type Tag } from './tree';

/** Element that a Markdown token opens. */
interface OpenedElement {
  readonly tag: Tag;
  readonly attributes: Attributes;
  /** Whether the element is a link whose text is the address of the link. */
  readonly isAddress?: boolean;
}

/** Element whose content is not complete yet. */
export interface Frame {
  /** Tag of the element. Undefined if the element is left out and its content belongs to the parent element. */
  readonly tag: Tag | undefined;
  attributes: Attributes;
  readonly isAddress?: boolean;
  readonly children: NodeSpec[];
  /** Nesting depth: the number of open elements, including this one. */
  readonly depth: number;
}

/**
 * Builds the nodes for Markdown tokens. The function is not recursive, because the model decides how deep the tokens
 * are nested, and deep recursion would overflow the stack.
 * @param open returns the element that a token opens, or undefined to leave the element out
 */
export function tokensToNodes(
  tokens: readonly Token[],
  open: (token: Token, parent: Frame) => OpenedElement | undefined,
  pushLeaf: (token: Token, parent: Frame, frames: readonly Frame[]) => void,
): readonly NodeSpec[] {
  const root: Frame = { tag: undefined, attributes: noAttributes, children: [], depth: 0 };
  const frames: Frame[] = [root];
  for (const token of tokens) {
    const frame = frames.at(-1) ?? root;
    if (token.nesting > 0) {
      const opened = open(token, frame);
      frames.push(opened ? { ...opened, children: [], depth: frame.depth + 1 } : { ...frame, tag: undefined });
    } else if (token.nesting < 0) {
      frames.pop();
      if (frame.tag) (frames.at(-1) ?? root).children.push(closeElement(frame.tag, frame));
    } else {
      pushLeaf(token, frame, frames);
    }
  }
  return root.children;
}

function closeElement(tag: Tag, { attributes, children }: Frame): ElementSpec {
  if (tag !== 'table') return element(tag, attributes, children);
  // A table must be focusable because it can scroll (axe rule `scrollable-region-focusable`).
  const scrollAttributes = { ...attributes, class: 'table-scroll', tabindex: '0' };
  return element('div', scrollAttributes, [element(tag, noAttributes, children)]);
}
