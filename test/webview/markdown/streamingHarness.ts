import assert from 'node:assert/strict';
import { JSDOM } from 'jsdom';
import { findCodeRuns } from '../../../src/webview/markdown/highlight/codeRuns';
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
  readonly runFlush: () => boolean;
  /** Runs the slice that was asked for; false: none was. */
  readonly runSlice: () => boolean;
  /** Does all that waits for the browser to be idle. */
  readonly runIdle: () => void;
  readonly codeActions: (readonly [string, string, string])[];
  readonly links: string[];
}

export function openAnswer(options: Partial<MarkdownOptions> = {}): Answer {
  const root = window.document.createElement('div');
  const codeActions: (readonly [string, string, string])[] = [];
  const links: string[] = [];
  const frame = createCallSlot();
  const slice = createCallSlot();
  const idle = createCallSlot();
  const markdown = createStreamingMarkdown(root, {
    schedule: frame.ask,
    slice: slice.ask,
    idle: (work) => {
      idle.ask(work);
      return idle.take;
    },
    labels: {
      ...{ copy: 'Copy', insert: 'Insert at cursor', apply: 'Apply to selection', newFile: 'New file' },
      ...{ taskDone: 'Done', taskOpen: 'To do' },
    },
    onCodeAction: (...action) => codeActions.push(action),
    onLink: (href) => links.push(href),
    canApply: true,
    findRuns: (language, code, found) => found(findCodeRuns(language, code)),
    ...options,
  });
  const rest = () => {
    while (idle.run());
  };
  return { root, markdown, runFlush: frame.run, runSlice: slice.run, runIdle: rest, codeActions, links };
}

/** Holds the one call that was asked for until a test lets it run. */
function createCallSlot() {
  let asked: (() => void) | undefined;
  const take = () => {
    const call = asked;
    asked = undefined;
    return call;
  };
  return {
    ask: (call: () => void) => {
      asked = call;
    },
    take: () => void take(),
    run: () => {
      const call = take();
      call?.();
      return call !== undefined;
    },
  };
}

/** The whole text at once. */
export function renderAtOnce(text: string): HTMLElement {
  const { root, markdown, runSlice: slice } = openAnswer({ minFreezeLength: Infinity });
  markdown.append(text);
  markdown.finish();
  while (slice());
  return root;
}

/** A flush after each piece. What is final in an open block is frozen as soon as can be, unless told otherwise. */
export function renderInPieces(pieces: Iterable<string>, patience = 1): HTMLElement {
  const { root, markdown, runFlush: flush, runSlice: slice } = openAnswer({ minFreezeLength: patience });
  for (const piece of pieces) {
    markdown.append(piece);
    flush();
  }
  markdown.finish();
  while (slice());
  return root;
}

/**
 * Structure, attributes and every text node by itself. What to say of a difference takes longer than to see there is
 * none.
 */
export function assertSameTree(actual: Node, expected: Node, about: () => string): void {
  if (actual.isEqualNode(expected)) return;
  assert.equal(serialise(actual), serialise(expected), about());
  assert.fail(about());
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
