/** The elements that an answer can consist of. No other element can be created. */
export type Tag =
  | 'p'
  | 'h1'
  | 'h2'
  | 'h3'
  | 'h4'
  | 'h5'
  | 'h6'
  | 'ul'
  | 'ol'
  | 'li'
  | 'blockquote'
  | 'hr'
  | 'table'
  | 'thead'
  | 'tbody'
  | 'tr'
  | 'th'
  | 'td'
  | 'pre'
  | 'code'
  | 'span'
  | 'em'
  | 'strong'
  | 's'
  | 'a'
  | 'br'
  | 'div'
  | 'button'
  | 'svg'
  | 'path';

/** Attributes of an element, by name. */
export type Attributes = Readonly<Record<string, string>>;

/** Describes an element of the rendered Markdown. The DOM element is created or updated from this description. */
export interface ElementSpec {
  readonly tag: Tag;
  readonly attributes: Attributes;
  readonly children: readonly NodeSpec[];
  /**
   * The leading DOM nodes of the element, which no further text can change. They precede `children` and are neither
   * created nor compared again.
   */
  readonly frozen?: FrozenNodes;
}

/** The leading DOM nodes of an element, which no further text can change. */
export interface FrozenNodes {
  /** Specs from which the frozen nodes were created. */
  readonly specs: readonly NodeSpec[];
  readonly lastNode: ChildNode;
  /**
   * If the last frozen node is a text node that may still grow, the number of its frozen characters. The first of
   * `children` then contains the rest of its text. 0 if the last node is completely frozen.
   */
  readonly openTextLength: number;
}

/** Describes a node; a string describes a text node. Specs are immutable, so the same object means the same nodes. */
export type NodeSpec = string | ElementSpec;

/** Shared by all elements without attributes, so that comparing their attributes takes one step. */
export const noAttributes: Attributes = {};

/** Returns the description of an element of the rendered Markdown. */
export function element(tag: Tag, attributes: Attributes, children: readonly NodeSpec[]): ElementSpec {
  return { tag, attributes, children };
}

/** Appends text. Adjacent texts are joined into one node, so that a selection in them survives changes. */
export function pushText(children: NodeSpec[], text: string): void {
  if (text === '') return;
  const last = children.length - 1;
  const previousText = children[last];
  if (typeof previousText === 'string') children[last] = previousText + text;
  else children.push(text);
}
