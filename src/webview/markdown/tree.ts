type Heading = 'h1' | 'h2' | 'h3' | 'h4' | 'h5' | 'h6';
type ListOrTable = 'ul' | 'ol' | 'li' | 'table' | 'thead' | 'tbody' | 'tr' | 'th' | 'td';
type OtherBlock = 'p' | 'blockquote' | 'hr' | 'pre' | 'div';
type Inline = 'code' | 'span' | 'em' | 'strong' | 's' | 'a' | 'br';
type Control = 'button' | 'svg' | 'path';

/** Tags of the MathML elements that a formula can contain. None of them links to anything or loads anything. */
export const mathTags = new Set([
  'math',
  'menclose',
  'mfrac',
  'mi',
  'mmultiscripts',
  'mn',
  'mo',
  'mover',
  'mpadded',
  'mphantom',
  'mprescripts',
  'mroot',
  'mrow',
  'mspace',
  'msqrt',
  'mstyle',
  'msub',
  'msubsup',
  'msup',
  'mtable',
  'mtd',
  'mtext',
  'mtr',
  'munder',
  'munderover',
  'none',
] as const);

export type MathTag = typeof mathTags extends Set<infer Name> ? Name : never;

/** Tags of the elements that an answer can contain. Elements with other tags can't be created. */
export type Tag = Heading | ListOrTable | OtherBlock | Inline | Control | MathTag;

export type Attributes = Readonly<Record<string, string>>;

/** Description of an element of the rendered Markdown. The DOM element is created or updated from this description. */
export interface ElementSpec {
  readonly tag: Tag;
  readonly attributes: Attributes;
  readonly children: readonly NodeSpec[];
}

/**
 * Description of a DOM node. A string describes a text node. Descriptions are immutable, so an identical object
 * describes the same nodes.
 */
export type NodeSpec = string | ElementSpec;

/**
 * Empty attributes, which all elements without attributes share. The attributes of two such elements are the same
 * object, so they are equal without a comparison of their keys.
 */
export const noAttributes: Attributes = {};

/** Attributes of code. Code is written from left to right, even in an Arabic or Hebrew answer. */
export const codeDirection: Attributes = { dir: 'ltr' };

export function element(tag: Tag, attributes = noAttributes, children: readonly NodeSpec[] = []): ElementSpec {
  return { tag, attributes, children };
}

/**
 * Appends text to the children. Adjacent texts are joined into one text node, so that a selection in them survives
 * changes.
 */
export function pushText(children: NodeSpec[], text: string): void {
  if (text === '') return;
  const last = children.length - 1;
  const previousText = children[last];
  if (typeof previousText === 'string') children[last] = previousText + text;
  else children.push(text);
}

/** Appends nodes to the children. If the last child and the first new node are both texts, they are joined. */
export function pushNodes(children: NodeSpec[], specs: readonly NodeSpec[]): void {
  for (const spec of specs) {
    if (typeof spec === 'string') pushText(children, spec);
    else children.push(spec);
  }
}
