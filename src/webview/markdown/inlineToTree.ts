import type { Token } from 'markdown-it';
import { visibleText } from '../../shared/protocol';
import type { MathToken } from './math/mathRules';
import { tokensToNodes, type Frame } from './tokenTree';
import {
  codeDirection,
  element,
  noAttributes,
  pushNodes,
  pushText,
  type Attributes,
  type NodeSpec,
  type Tag,
} from './tree';

/** Maximum nesting depth of inline elements. Deeper markup is rendered as plain text. */
const MAX_DEPTH = 32;

const TAGS: ReadonlyMap<string, Tag> = new Map([
  ['em_open', 'em'],
  ['strong_open', 'strong'],
  ['s_open', 's'],
]);

/** Returns the nodes for a `math` token. */
export type RenderMath = (token: Token) => readonly NodeSpec[];

export function inlineToTree(tokens: readonly Token[], renderMath: RenderMath): readonly NodeSpec[] {
  return tokensToNodes(tokens, openElement, (token, parent, frames) => {
    if (token.type === 'math') pushNodes(parent.children, renderMath(token));
    else pushLeaf(token, parent, frames);
  });
}

function openElement(token: Token, { depth }: Frame) {
  if (depth >= MAX_DEPTH) return undefined;
  if (token.type === 'link_open') {
    const href = attribute(token, 'href');
    if (!isFollowable(href)) return undefined;
    const attributes = linkAttributes(href, attribute(token, 'title'));
    return { tag: 'a', attributes, isAddress: token.info === 'auto' } as const;
  }
  const tag = TAGS.get(token.type);
  return tag && { tag, attributes: noAttributes };
}

function pushLeaf(token: Token, { children, isAddress }: Frame, frames: readonly Frame[]): void {
  switch (token.type) {
    case 'softbreak':
      pushText(children, '\n');
      break;
    case 'hardbreak':
      children.push(element('br'));
      break;
    case 'code_inline':
      children.push(element('code', codeDirection, [token.content]));
      break;
    case 'image':
      pushImage(token, children, frames);
      break;
    default:
      pushText(children, isAddress ? visibleAddress(token.content) : token.content);
  }
}

/**
 * Renders an image as a link. Loading a remote image would tell the owner of the image when and from where the answer
 * is read.
 */
function pushImage(token: Token, children: NodeSpec[], frames: readonly Frame[]): void {
  const alt = plainText(token.children ?? []);
  const src = attribute(token, 'src');
  if (!isFollowable(src) || frames.some(({ tag }) => tag === 'a')) {
    pushText(children, alt);
    return;
  }
  const attributes = { ...linkAttributes(src, attribute(token, 'title')), class: 'md-image' };
  children.push(element('a', attributes, alt === '' ? [] : [alt]));
}

function plainText(tokens: readonly Token[]): string {
  return tokens
    .map(({ type, children, content, meta }) => {
      if (type === 'image') return plainText(children ?? []);
      if (type === 'math') return (meta as unknown as MathToken).source;
      return type === 'softbreak' || type === 'hardbreak' ? '\n' : content;
    })
    .join('');
}

function linkAttributes(href: string, title: string): Attributes {
  return { href, title: linkTooltip(href, title) };
}

function attribute(token: Token, name: string): string {
  return String(token.attrGet(name) ?? '');
}

const FOLLOWABLE = /^(?:https?:\/\/[^/?#]|mailto:.)/i;

/** Returns whether a link in an answer can be opened. Only absolute web addresses and mail addresses can be opened. */
export function isFollowable(href: string): boolean {
  return FOLLOWABLE.test(href);
}

const maxTitleLength = 200;

/**
 * Returns the tooltip of a link. The address comes before the title, because the model chose the title and could make
 * it look like an address.
 */
function linkTooltip(href: string, title: string): string {
  const visible = visibleText(title, maxTitleLength);
  return visible === '' ? href : `${href} (${visible})`;
}

/** Returns an address as the model wrote it, but with invisible characters percent-encoded. */
function visibleAddress(address: string): string {
  return address.replace(/[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, encodeURIComponent);
}
