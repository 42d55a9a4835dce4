import { JSDOM } from 'jsdom';
import {
  createStreamingMarkdown,
  type MarkdownOptions,
  type StreamingMarkdown,
} from '../../../src/webview/markdown/streamingMarkdown';

/** One window for all tests: making one takes longer than hundreds of answers. */
export const { window } = new JSDOM('<!doctype html><body></body>');

export interface Answer {
  readonly root: HTMLElement;
  readonly markdown: StreamingMarkdown;
  /** Runs the flush that was asked for; false: none was. */
  readonly flush: () => boolean;
  readonly codeActions: (readonly [string, string])[];
  readonly links: string[];
}

export function openAnswer(options: Partial<MarkdownOptions> = {}): Answer {
  const root = window.document.createElement('div');
  const codeActions: (readonly [string, string])[] = [];
  const links: string[] = [];
  let asked: (() => void) | undefined;
  const markdown = createStreamingMarkdown(root, {
    schedule: (flush) => {
      asked = flush;
    },
    labels: { copy: 'Copy', insert: 'Insert at cursor', apply: 'Apply to selection' },
    onCodeAction: (action, code) => codeActions.push([action, code]),
    onLink: (href) => links.push(href),
    canApply: true,
    ...options,
  });
  const flush = () => {
    const run = asked;
    asked = undefined;
    run?.();
    return run !== undefined;
  };
  return { root, markdown, flush, codeActions, links };
}

/** The whole text at once. */
export function oneShot(text: string): HTMLElement {
  const { root, markdown } = openAnswer();
  markdown.append(text);
  markdown.finish();
  return root;
}

/** A flush after each piece. */
export function stream(pieces: Iterable<string>): HTMLElement {
  const { root, markdown, flush } = openAnswer();
  for (const piece of pieces) {
    markdown.append(piece);
    flush();
  }
  markdown.finish();
  return root;
}

/** Structure, attributes and every text node by itself. */
export function serialise(node: Node): string {
  if (node.nodeType === window.Node.TEXT_NODE) return JSON.stringify(node.nodeValue);
  const element = node as Element;
  const attributes = [...element.attributes].map(({ name, value }) => `${name}=${JSON.stringify(value)}`).sort();
  const children: string[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(serialise(child));
  return `${element.localName}[${attributes.join(' ')}](${children.join(',')})`;
}
