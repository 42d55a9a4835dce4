type Heading = 'h1' | 'h2' | 'h3' | 'h4' | 'h5' | 'h6';
type ListOrTable = 'ul' | 'ol' | 'li' | 'table' | 'thead' | 'tbody' | 'tr' | 'th' | 'td';
type OtherBlock = 'p' | 'blockquote' | 'hr' | 'pre' | 'div';
type Inline = 'code' | 'span' | 'em' | 'strong' | 's' | 'a' | 'br';
type Control = 'button' | 'svg' | 'path';

/** The elements that an answer can consist of. No other element can be created. */
export type Tag = Heading | ListOrTable | OtherBlock | Inline | Control;

export type Attributes = Readonly<Record<string, string>>;

/** Describes an element of the rendered Markdown. The DOM element is created or updated from this description. */
export interface ElementSpec {
  readonly tag: Tag;
  readonly attributes: Attributes;
  readonly children: readonly NodeSpec[];
}

/** Describes a node; a string describes a text node. Specs are immutable, so the same object means the same nodes. */
export type NodeSpec = string | ElementSpec;

/** Shared by all elements without attributes, so that comparing their attributes takes one step. */
export const noAttributes: Attributes = {};

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

/** Appends nodes, and joins the first with the last child if both are texts. */
export function pushNodes(children: NodeSpec[], specs: readonly NodeSpec[]): void {
  for (const spec of specs) {
    if (typeof spec === 'string') pushText(children, spec);
    else children.push(spec);
  }
}
