import assert from 'node:assert/strict';
import { JSDOM } from 'jsdom';
import { findCodeRuns } from '../../../src/webview/markdown/highlight/codeRuns';
import {
  createStreamingMarkdown,
  type MarkdownOptions,
  type StreamingMarkdown,
} from '../../../src/webview/markdown/streamingMarkdown';

/** The window that all tests share. Creating a window takes longer than rendering hundreds of answers. */
export const { window } = new JSDOM('<!doctype html><body></body>');

/** An answer under test. */
export interface Answer {
  readonly root: HTMLElement;
  readonly markdown: StreamingMarkdown;
  /** Runs the scheduled flush. Returns false if no flush is scheduled. */
  readonly runFlush: () => boolean;
  /** Runs the scheduled slice. Returns false if no slice is scheduled. */
  readonly runSlice: () => boolean;
  /** Runs all work that waits for the browser to be idle. */
  readonly runIdle: () => void;
  readonly codeActions: (readonly [string, string, string])[];
  readonly links: string[];
}

/** Creates an answer whose flushes, slices and idle work run only when the test runs them. */
export function openAnswer(options: Partial<MarkdownOptions> = {}): Answer {
  const root = window.document.createElement('div');
  const codeActions: (readonly [string, string, string])[] = [];
  const links: string[] = [];
  const frame = createCallSlot();
  const slice = createCallSlot();
  const idle = createCallSlot();
  const markdown = createStreamingMarkdown(root, {
    schedule: frame.schedule,
    slice: slice.schedule,
    idle: (work) => {
      idle.schedule(work);
      return idle.remove;
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
  const runIdle = () => {
    while (idle.run());
  };
  return { root, markdown, runFlush: frame.run, runSlice: slice.run, runIdle, codeActions, links };
}

/** Stores one scheduled call until a test runs it. */
function createCallSlot() {
  let scheduled: (() => void) | undefined;
  const remove = () => {
    const call = scheduled;
    scheduled = undefined;
    return call;
  };
  return {
    schedule: (call: () => void) => {
      scheduled = call;
    },
    remove: () => void remove(),
    run: () => {
      const call = remove();
      call?.();
      return call !== undefined;
    },
  };
}

/** Renders a text that arrives in one piece. */
export function renderAtOnce(text: string): HTMLElement {
  const { root, markdown, runSlice } = openAnswer({ minFreezeLength: Infinity });
  markdown.append(text);
  markdown.finish();
  while (runSlice());
  return root;
}

/** Renders a text in pieces, with a flush after each. By default, text is frozen as soon as possible. */
export function renderInPieces(pieces: Iterable<string>, minFreezeLength = 1): HTMLElement {
  const { root, markdown, runFlush, runSlice } = openAnswer({ minFreezeLength });
  for (const piece of pieces) {
    markdown.append(piece);
    runFlush();
  }
  markdown.finish();
  while (runSlice());
  return root;
}

/** Asserts that two trees are equal. They are serialized only when they differ, because serializing is slow. */
export function assertSameTree(actual: Node, expected: Node, describeFailure: () => string): void {
  if (actual.isEqualNode(expected)) return;
  assert.equal(serialize(actual), serialize(expected), describeFailure());
  assert.fail(describeFailure());
}

/** Serializes an element with its attributes. Adjacent text nodes stay separate. */
export function serialize(node: Node): string {
  if (node.nodeType === window.Node.TEXT_NODE) return JSON.stringify(node.nodeValue);
  const element = node as Element;
  const attributes = [...element.attributes].map(({ name, value }) => `${name}=${JSON.stringify(value)}`).sort();
  const children: string[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(serialize(child));
  return `${element.localName}[${attributes.join(' ')}](${children.join(',')})`;
}
