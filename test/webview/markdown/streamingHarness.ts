import assert from 'node:assert/strict';
import { JSDOM } from 'jsdom';
import { findCodeRuns } from '../../../src/webview/markdown/highlight/codeRuns';
import { MarkdownStream, type MarkdownOptions } from '../../../src/webview/markdown/streamingMarkdown';

/** The window that all tests share. Creating a window takes longer than rendering hundreds of answers. */
export const { window } = new JSDOM('<!doctype html><body></body>');

const FRAME_MS = 1000 / 60;

/** An answer whose flushes and slices run only when the test runs them. */
export class Answer {
  readonly root = window.document.createElement('div');
  readonly codeActions: (readonly [string, string, string])[] = [];
  readonly links: string[] = [];
  readonly markdown: MarkdownStream;
  private now = 0;
  private scheduled: Partial<Record<'frame' | 'slice', () => void>> = {};

  constructor(options: Partial<MarkdownOptions> = {}) {
    Object.assign(globalThis, { document: window.document });
    this.markdown = new MarkdownStream(this.root, {
      clock: {
        frame: (flush) => (this.scheduled.frame = flush),
        runInNextTask: (flush) => (this.scheduled.slice = flush),
        monotonicNow: () => this.now,
      },
      labels: {
        copy: 'Copy',
        insert: 'Insert at cursor',
        insertIntoTerminal: 'Insert into terminal',
        apply: 'Apply to selection',
        newFile: 'New file',
        wrap: 'Toggle word wrap',
        taskDone: 'Done',
        taskOpen: 'To do',
      },
      onCodeAction: (...action) => this.codeActions.push(action),
      onLink: (href) => this.links.push(href),
      canApply: true,
      findRuns: (language, code) => Promise.resolve(findCodeRuns(language, code)),
      ...options,
    });
  }

  /** Runs the flush that is scheduled for the next frame. Returns false if there is none. */
  runFrame(): boolean {
    this.now += FRAME_MS;
    return this.run('frame');
  }

  /** Runs the scheduled slice. Returns false if there is none. */
  runSlice(): boolean {
    return this.run('slice');
  }

  /** Appends a text and renders it completely. */
  show(text: string): void {
    this.markdown.append(text);
    while (this.scheduled.frame) this.runFrame();
  }

  /** Appends pieces, with a frame after each, and finishes the answer. */
  stream(pieces: Iterable<string>): this {
    for (const piece of pieces) {
      this.markdown.append(piece);
      this.runFrame();
    }
    return this.finish();
  }

  finish(): this {
    this.markdown.finish();
    while (this.runSlice());
    return this;
  }

  private run(name: 'frame' | 'slice'): boolean {
    const { [name]: flush, ...others } = this.scheduled;
    this.scheduled = others;
    flush?.();
    return flush !== undefined;
  }
}

/** Waits until all code that `findRuns` resolves at once is highlighted. */
export function highlighting(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** Renders a text that arrives in one piece. */
export function renderAtOnce(text: string): HTMLElement {
  return new Answer().stream([text]).root;
}

/** Renders a text in pieces, with a frame after each. */
export function renderInPieces(pieces: Iterable<string>): HTMLElement {
  return new Answer().stream(pieces).root;
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
