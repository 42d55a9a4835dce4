import type { MarkdownIt, Token } from 'markdown-it';
import { listenForActions, type ActionHandlers } from './answerActions';
import { AnswerDocument } from './answerDocument';
import { createParser } from './blocks';
import type { AnswerControls } from './codeBlock';
import { highlightCode, type FindRuns } from './highlight/codeHighlighter';
import type { MathToken } from './math/mathRules';
import type { Typesetter } from './math/typesetter';
import type { NodeSpec } from './tree';
import type { FrameClock } from '../util/panelClock';

export interface StreamingMarkdown {
  append(text: string): void;
  /**
   * Replaces the complete text. At least as many characters are shown as before, so that the answer does not shrink.
   */
  replace(text: string): void;
  /**
   * Marks the text as complete. `onShown` is called when all text is rendered, unless more text is appended before
   * that.
   */
  finish(onShown?: () => void): void;
  /**
   * Must be called when no new text is expected for a while. Queued text, and sections that the browser has skipped,
   * are rendered with the next frame.
   */
  pause(): void;
  readonly text: string;
}

export interface MarkdownOptions extends AnswerControls, ActionHandlers {
  readonly clock: FrameClock;
  readonly findRuns: FindRuns;
  /** Whether link definitions are shown as text. They are in summaries, because the model reads them there later. */
  readonly showsDefinitions?: boolean;
  /** Converts formulas to MathML. Absent if formulas are shown as text. */
  readonly typesetter?: Typesetter | undefined;
}

/**
 * Maximum number of characters that one flush of the queue renders. The maximum is higher if the open blocks (the
 * blocks that further text can change) are long.
 */
const MAX_FLUSH_LENGTH = 4000;
/** Maximum length of the queued text that `finish` renders at once, in characters. */
const MAX_FINAL_FLUSH_LENGTH = 2 * MAX_FLUSH_LENGTH;
/**
 * If more characters than this are queued, flushes don't wait for the next frame. Otherwise, the queue would grow
 * without limit in a window that paints no frames.
 */
const MAX_QUEUE_LENGTH = 3 * MAX_FLUSH_LENGTH;
/**
 * Minimum time between two parses, in milliseconds per character of the open blocks. It keeps a long block from using a
 * large share of the processor.
 */
const PARSE_INTERVAL_PER_CHARACTER = 0.008;
/**
 * The text that one flush adds is limited to this fraction of the open blocks' length, or to {@link MAX_FLUSH_LENGTH}
 * characters if that is more. With a fixed limit, the work would grow with the square of a block's length, because
 * every flush parses all open blocks.
 */
const OPEN_GROWTH = 1 / 3;

const parser = createParser();
let mathParser: MarkdownIt | undefined;

/** Returns the parser that all answers with the same options share. */
function sharedParser({ typesetter }: MarkdownOptions): MarkdownIt {
  return typesetter ? (mathParser ??= createParser({ hasMath: true })) : parser;
}

export class MarkdownStream implements StreamingMarkdown {
  text = '';
  /** Received text that is not rendered yet, with normalized line breaks. */
  private queue = '';
  /**
   * Characters at the end of the received text whose meaning depends on the next character. A line feed might follow a
   * carriage return. If a digit follows a dollar sign, the sign does not end a formula.
   */
  private heldBack = '';
  private phase: 'open' | 'ending' | 'finished' = 'open';
  private parsedAt = -Infinity;
  private shownCallbacks: (() => void)[] = [];
  private readonly requested = new Set<'frame' | 'runInNextTask'>();
  private readonly document: AnswerDocument;

  constructor(
    private readonly root: HTMLElement,
    private readonly options: MarkdownOptions,
  ) {
    root.replaceChildren();
    listenForActions(root, options);
    const onFinal = (element: Element): void => {
      for (const code of element.querySelectorAll('pre > code')) void highlightCode(code, options.findRuns);
    };
    const ownParser = options.showsDefinitions ? createParser({ showsDefinitions: true }) : sharedParser(options);
    const renderMath = ({ content, meta }: Token): readonly NodeSpec[] =>
      options.typesetter?.nodesFor(content, meta as unknown as MathToken, this.renderFormulas) ?? [];
    this.document = new AnswerDocument(root, ownParser, { ...options, onFinal, renderMath });
  }

  append(addition: string): void {
    if (addition === '') return;
    // New text might extend the last block of a finished text, so the complete text is replaced.
    if (this.phase === 'finished') return this.replace(this.text + addition);
    this.reopen();
    this.text += addition;
    this.queue += this.toSource(addition);
    this.requestFlushes();
  }

  replace(text: string): void {
    const shownLength = this.text.length - this.queue.length;
    this.reopen();
    this.text = text;
    this.heldBack = '';
    const source = this.toSource(text);
    this.document.replace(source.slice(0, shownLength));
    this.queue = source.slice(shownLength);
    this.requestFlushes();
  }

  finish(onShown?: () => void): void {
    if (onShown) this.shownCallbacks.push(onShown);
    if (this.phase === 'finished') return this.reportShown();
    this.phase = 'ending';
    this.queue += normalize(this.heldBack);
    this.heldBack = '';
    if (this.queue.length <= MAX_FINAL_FLUSH_LENGTH) this.flush(this.queue.length);
    else this.requestFlushes();
  }

  pause(): void {
    this.parsedAt = -Infinity;
    this.setStreaming(false);
  }

  /** Renders the shown text again, after the code that converts formulas has been loaded. */
  private readonly renderFormulas = (): void => {
    const shown = this.toShownSource();
    this.document.replace('');
    this.document.replace(shown);
    if (this.phase === 'finished') this.document.append('', true);
  };

  private toShownSource(): string {
    const source = normalize(this.text.slice(0, this.text.length - this.heldBack.length));
    return source.slice(0, source.length - this.queue.length);
  }

  private reopen(): void {
    this.phase = 'open';
    this.shownCallbacks = [];
    this.setStreaming(true);
  }

  /**
   * Sets whether text is arriving. While text is arriving, the browser can skip the rendering of sections that are far
   * from the viewport.
   */
  private setStreaming(isStreaming: boolean): void {
    this.root.toggleAttribute('data-streaming', isStreaming);
  }

  private toSource(raw: string): string {
    const text = this.heldBack + raw;
    this.heldBack = (this.options.typesetter ? /(?:\r|\${1,2})$/ : /\r$/).exec(text)?.[0] ?? '';
    return normalize(text.slice(0, text.length - this.heldBack.length));
  }

  private get maxFlushLength(): number {
    return Math.max(MAX_FLUSH_LENGTH, Math.ceil(this.document.openLength * OPEN_GROWTH));
  }

  private get isParseDue(): boolean {
    const interval = this.document.openLength * PARSE_INTERVAL_PER_CHARACTER;
    return this.queue.length >= this.maxFlushLength || this.options.clock.monotonicNow() - this.parsedAt >= interval;
  }

  private requestFlushes(): void {
    if (this.queue === '' && this.phase !== 'ending') return;
    if (this.phase !== 'ending') this.request('frame');
    if (this.phase === 'ending' || this.queue.length > MAX_QUEUE_LENGTH) this.request('runInNextTask');
  }

  private request(scheduler: 'frame' | 'runInNextTask'): void {
    if (this.requested.has(scheduler)) return;
    this.requested.add(scheduler);
    this.options.clock[scheduler](() => {
      this.requested.delete(scheduler);
      if (this.queue === '' && this.phase !== 'ending') return;
      if (this.phase === 'ending') this.flush(this.maxFlushLength);
      else if (this.queue.length <= MAX_FLUSH_LENGTH && this.document.tryAppendPlainText(this.queue)) this.queue = '';
      else if (this.isParseDue) this.flush(this.maxFlushLength);
      this.requestFlushes();
    });
  }

  private flush(length: number): void {
    const isLast = this.phase === 'ending' && length >= this.queue.length;
    const addition = this.queue.slice(0, length);
    this.queue = this.queue.slice(length);
    this.document.append(addition, isLast);
    this.parsedAt = this.options.clock.monotonicNow();
    if (isLast) this.reportShown();
  }

  private reportShown(): void {
    this.phase = 'finished';
    this.setStreaming(false);
    for (const report of this.shownCallbacks.splice(0)) report();
  }
}

/** Replaces line breaks and NUL characters as CommonMark requires. */
function normalize(text: string): string {
  return text.replace(/\r\n?/g, '\n').replaceAll('\0', '\uFFFD');
}
