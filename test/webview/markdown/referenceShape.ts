import { isFollowable } from '../../../src/webview/markdown/inlineToTree';
import { window } from './streamingHarness';

const BLOCK = /^(?:p|h[1-6]|ul|ol|li|blockquote|hr|table|thead|tbody|tr|th|td|pre|div|body)$/;

/**
 * Returns the parts of a tree that an answer and reference HTML have in common: tags, link targets, alignment and text.
 * Sections, buttons, tooltips and the line breaks between HTML blocks are left out.
 */
export function shapeOf(node: Node): string {
  if (node.nodeType === window.Node.TEXT_NODE) return textShape(node);
  const element = node as Element;
  const children = [...element.childNodes].map(shapeOf).join('');
  if (element.matches('.code-toolbar')) return '';
  if (element.matches('body, div')) return children;
  const align = /align[:-]\s*(left|right|center)/.exec(`${element.getAttribute('style')}${element.className}`)?.[1];
  const marks = [element.getAttribute('href'), element.getAttribute('start'), align].filter((mark) => mark != null);
  const language = element.localName === 'code' ? element.className : '';
  return `<${[element.localName, language, ...marks].join(' ')}>${children}</>`;
}

function textShape(node: Node): string {
  let text = node.nodeValue ?? '';
  if (node.parentElement?.closest('pre')) return text;
  const after = node.nextSibling;
  const before = node.previousSibling;
  if (text === '\n' && !before && !after) return '';
  if (isBlock(before) || (!before && isBlock(after)) || before?.nodeName === 'BR') text = text.replace(/^\n/, '');
  if (isBlock(after) || (!after && isBlock(before))) text = text.replace(/\n$/, '');
  return text;
}

function isBlock(node: Node | null): boolean {
  return node !== null && BLOCK.test(node.nodeName.toLowerCase());
}

/** Parses reference HTML, with images replaced by links and forbidden links replaced by their labels. */
export function parseReference(html: string): HTMLElement {
  const { body } = new window.DOMParser().parseFromString(html, 'text/html');
  for (const image of body.querySelectorAll('img')) {
    const link = window.document.createElement('a');
    link.setAttribute('href', image.getAttribute('src') ?? '');
    link.append(image.getAttribute('alt') ?? '');
    if (isFollowable(image.closest('a')?.getAttribute('href') ?? '')) image.replaceWith(...link.childNodes);
    else image.replaceWith(link);
  }
  for (const link of body.querySelectorAll('a')) {
    if (!isFollowable(link.getAttribute('href') ?? '')) link.replaceWith(...link.childNodes);
  }
  body.normalize();
  return body;
}
