/** Every element an answer can consist of. What is not here can't be made. */
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

export type Attributes = Readonly<Record<string, string>>;

export interface ElementSpec {
  readonly tag: Tag;
  readonly attributes: Attributes;
  readonly children: readonly Spec[];
  /** Nodes before the children that are final: neither made nor looked at again. */
  readonly frozen?: FrozenNodes;
}

export interface FrozenNodes {
  /** What they were made from. */
  readonly specs: readonly Spec[];
  readonly lastNode: ChildNode;
  /** Characters of the last one, a text node that goes on with the first child if that is text; 0: it is whole. */
  readonly openTextLength: number;
}

/** A string is a text node. Specs are never changed: the same object means the same nodes. */
export type Spec = string | ElementSpec;

/** One object for all elements without attributes, so that comparing them is one step. */
export const noAttributes: Attributes = {};

export function element(tag: Tag, attributes: Attributes, children: readonly Spec[]): ElementSpec {
  return { tag, attributes, children };
}

/** Text next to text is one node: a selection then spans what a person sees as one piece. */
export function pushText(children: Spec[], text: string): void {
  if (text === '') return;
  const last = children.length - 1;
  const previousText = children[last];
  if (typeof previousText === 'string') children[last] = previousText + text;
  else children.push(text);
}
