import type { Token } from 'markdown-it';
import type { RenderMath } from './inlineToTree';
import { codeBlockSpec, type AnswerControls } from './codeBlock';
import { tokensToNodes, type Frame } from './tokenTree';
import { element, noAttributes, pushNodes, pushText } from './tree';
import type { Attributes, ElementSpec, NodeSpec, Tag } from './tree';

interface BlockContext {
  readonly renderInline: (content: string) => readonly NodeSpec[];
  readonly renderMath: RenderMath;
  /** Resolves the escapes and entities in the info string of a code block. */
  readonly unescape: (info: string) => string;
  readonly toolbarFor: (language: string) => ElementSpec;
  /**
   * Line number in the parsed text. A code block that ends at this line or later might still grow. Infinity if no code
   * block can grow.
   */
  readonly openFromLine: number;
  readonly labels: AnswerControls['labels'];
}

const TAGS: ReadonlyMap<string, Tag> = new Map([
  ['paragraph_open', 'p'],
  ['bullet_list_open', 'ul'],
  ['ordered_list_open', 'ol'],
  ['list_item_open', 'li'],
  ['blockquote_open', 'blockquote'],
  ['table_open', 'table'],
  ['thead_open', 'thead'],
  ['tbody_open', 'tbody'],
  ['tr_open', 'tr'],
  ['th_open', 'th'],
  ['td_open', 'td'],
]);

const HEADINGS: readonly Tag[] = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'];

/**
 * The first letter decides the direction of a block or list item. Nested blocks don't get this attribute, because a
 * block ignores the letters of children that have `dir`.
 */
const textDirection: Attributes = { dir: 'auto' };

/** Maximum length of a table header that is not wrapped, in characters of its Markdown source. */
const MAX_UNWRAPPED_HEADER = 24;

const TASK = /^\[([ xX])\]\s/;

/**
 * Converts the tokens of a Markdown block to an element. Returns undefined for a link definition, which is not visible.
 */
export function blockToTree(tokens: readonly Token[], context: BlockContext): ElementSpec | undefined {
  const nodes = tokensToNodes(tokens, openElement, (token, parent, frames) => pushLeaf(token, parent, frames, context));
  return nodes.find((node): node is ElementSpec => typeof node !== 'string');
}

function openElement(token: Token, { depth }: Frame) {
  const tag = token.type === 'heading_open' ? HEADINGS.find((name) => name === token.tag) : TAGS.get(token.type);
  // A paragraph in a tight list has no element of its own. Its text is a direct child of the list item.
  if (!tag || token.hidden) return undefined;
  const attributes = toAttributes(token);
  if (depth > 0 && tag !== 'li') return { tag, attributes };
  return { tag, attributes: attributes === noAttributes ? textDirection : { ...attributes, ...textDirection } };
}

function toAttributes(token: Token): Attributes {
  // A Markdown block token has at most one attribute: the start number of a list or the alignment of a table cell.
  const [name, value] = token.attrs?.[0] ?? [];
  if (name === undefined) return noAttributes;
  return name === 'start' ? { start: String(value) } : { class: String(value).replace('text-align:', 'align-') };
}

function pushLeaf(token: Token, parent: Frame, frames: readonly Frame[], context: BlockContext): void {
  const { children } = parent;
  const isOpen = (token.map?.[1] ?? 0) >= context.openFromLine;
  const pushCode = (language = ''): unknown =>
    children.push(codeBlockSpec(token.content, language, context.toolbarFor(language), isOpen));
  switch (token.type) {
    case 'inline':
      if (parent.tag === 'th' && token.content.length <= MAX_UNWRAPPED_HEADER)
        parent.attributes = { ...parent.attributes, 'data-short': '' };
      if (typeof children.at(-1) === 'string') pushText(children, '\n');
      pushNodes(children, extractTaskMarker(context.renderInline(token.content), parent, frames, context.labels));
      break;
    case 'fence':
      // The language is the first word of the info string, such as `ts` in `ts title="a.ts"`.
      pushCode(context.unescape(token.info).trim().split(/\s+/, 1)[0]);
      break;
    case 'code_block':
      pushCode();
      break;
    case 'math_block':
      children.push(element('p', noAttributes, context.renderMath(token)));
      break;
    case 'hr':
      children.push(element('hr'));
      break;
    case 'reference_definition':
      break;
    default:
      pushText(children, token.content);
  }
}

function extractTaskMarker(
  specs: readonly NodeSpec[],
  paragraph: Frame,
  frames: readonly Frame[],
  { taskDone, taskOpen }: AnswerControls['labels'],
): readonly NodeSpec[] {
  const [text] = specs;
  const match = typeof text === 'string' ? TASK.exec(text) : null;
  if (!match || typeof text !== 'string') return specs;
  const item = frames.findLast(({ tag }) => tag !== undefined && tag !== 'p');
  if (item?.tag !== 'li' || item.children.length > 0 || paragraph.children.length > 0) return specs;
  const done = match[1] !== ' ';
  item.attributes = { ...item.attributes, class: 'task', 'data-checked': String(done) };
  // The mark that replaces `[x]` or `[ ]` has an accessible name, but no text.
  const attributes = { class: 'task-mark', role: 'img', 'aria-label': done ? taskDone : taskOpen };
  return [element('span', attributes), text.slice(match[0].length), ...specs.slice(1)];
}
