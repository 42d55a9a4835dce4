import { listenForActions, type ActionHandlers } from './answerActions';
import { AnswerDocument } from './answerDocument';
import { createParser } from './blocks';
import type { TaskLabels } from './blockToTree';
import type { CodeToolbar } from './codeBlock';
import { Highlighter, whenIdle, type ScheduleIdle } from './highlight/highlighter';
import type { FindRuns } from './highlight/workerRuns';
import { MIN_FREEZE_LENGTH } from './openBlock/paragraphFreezePoint';

/** Shows a Markdown text in an element while the text arrives. */
export interface StreamingMarkdown {
  /** Queues text. Each flush renders at most 4,000 characters of the queue. */
  append(text: string): void;
  /**
   * Replaces the text. The next flush renders at least as many characters of the new text as were rendered of the old
   * text, so that the answer does not shrink for a moment.
   */
  replace(text: string): void;
  /**
   * Marks the text as complete. A short queue is rendered at once, a long queue in slices.
   * @param onShown called when the complete text is rendered; not called if more text is appended before that
   */
  finish(onShown?: () => void): void;
  /**
   * Prepares for a time without new text, for example after the stream broke. Until more text arrives, queued text is
   * rendered without delay, and the browser renders all sections, even those far from the viewport.
   */
  pause(): void;
  /** Stops rendering and highlighting. The rendered elements stay. */
  dispose(): void;
  /** The complete text received so far, unchanged. */
  readonly text: string;
}

/** How and when an answer is rendered. */
export interface MarkdownOptions extends CodeToolbar, ActionHandlers {
  readonly labels: CodeToolbar['labels'] & TaskLabels;
  /** Calls `flush` once, before the next frame, like `requestAnimationFrame` does. */
  readonly schedule: (flush: () => void) => void;
  /** Calls `flush` once, soon, even in a window that paints no frames. By default, `flush` is called in a new task. */
  readonly slice?: (flush: () => void) => void;
  /**
   * Returns monotonic time in milliseconds. Without this function, the time since the last flush is measured by
   * counting the frames in which text was queued.
   */
  readonly monotonicNow?: () => number;
  /** Splits the code of a complete block into colored runs. */
  readonly findRuns: FindRuns;
  /** Schedules the highlighting of code. By default it runs when the browser is idle. */
  readonly idle?: ScheduleIdle;
  /** Minimum number of characters to freeze at a time, `MIN_FREEZE_LENGTH` by default. */
  readonly minFreezeLength?: number;
}

/** Maximum number of characters that one flush renders. */
const MAX_FLUSH_LENGTH = 4000;
/** Maximum length of a queue that `finish` renders at once, in characters. */
const MAX_FINAL_FLUSH_LENGTH = 2 * MAX_FLUSH_LENGTH;
/** Maximum number of frames (about one second) that a few new characters wait until they are rendered. */
const MAX_SKIPPED_FRAMES = 60;
/**
 * If the queued text needs more flushes than this, flushes also run between frames. Otherwise the queue would grow in a
 * window that paints no frames.
 */
const MAX_QUEUED_FLUSHES = 3;
/** Duration of a frame, in milliseconds. */
const FRAME_MS = 1000 / 60;

const parser = createParser();

/**
 * Creates a renderer that shows Markdown in `root` while the text arrives. The renderer owns the children of `root`.
 */
export function createStreamingMarkdown(root: HTMLElement, options: MarkdownOptions): StreamingMarkdown {
  root.replaceChildren();
  const stopListening = listenForActions(root, options);
  const highlighter = new Highlighter(options.idle ?? whenIdle, options.findRuns);
  const document = new AnswerDocument(root, parser, {
    ...options,
    minFreezeLength: options.minFreezeLength ?? MIN_FREEZE_LENGTH,
    onFinal: (element) => highlighter.add(element),
  });
  let text = '';
  let source = new SourceText();
  /** Text with which the next flush replaces everything that is shown. */
  let replacement: string | undefined;
  let queue = '';
  let phase: 'open' | 'ending' | 'finished' = 'open';
  let shownCallbacks: (() => void)[] = [];
  let paused = false;
  /** Number of frames since a flush last rendered text. */
  let skippedFrames = 0;
  let lastFlushAt = 0;
  const ticks = options.monotonicNow ?? (() => 0);

  const flush = () => {
    const isImmediate = phase !== 'open' || paused || replacement !== undefined || queue.length >= MAX_FLUSH_LENGTH;
    const framesToWait = queue.length < document.charactersPerFlush ? MAX_SKIPPED_FRAMES : document.framesPerFlush;
    // Counts the frames without new text too, so that a delta which arrives after such frames is shown in the next
    // frame.
    const passedFrames = Math.max(skippedFrames + 1, Math.round((ticks() - lastFlushAt) / FRAME_MS));
    if (!isImmediate && passedFrames < framesToWait) {
      skippedFrames++;
      return;
    }
    skippedFrames = 0;
    lastFlushAt = ticks();
    show(MAX_FLUSH_LENGTH);
  };

  const show = (length: number) => {
    const isLast = phase === 'ending' && length >= queue.length;
    if (replacement !== undefined) {
      source = new SourceText();
      document.replace(source.push(replacement), false);
      replacement = undefined;
    }
    const addition = source.push(queue.slice(0, length)) + (isLast ? source.end() : '');
    queue = queue.slice(length);
    if (addition !== '' || isLast) document.append(addition, isLast);
    if (paused) document.showAllSections();
    if (isLast) reportShown();
  };

  const reportShown = () => {
    phase = 'finished';
    const callbacks = shownCallbacks;
    shownCallbacks = [];
    for (const call of callbacks) call();
  };

  const countQueuedFlushes = () => {
    const queuedFlushes = Math.ceil(((replacement?.length ?? 0) + queue.length) / MAX_FLUSH_LENGTH);
    return queuedFlushes === 0 && (phase === 'ending' || replacement !== undefined) ? 1 : queuedFlushes;
  };

  const schedulers = { frame: options.schedule, slice: options.slice ?? inNextTask };
  const requested = { frame: false, slice: false };
  let disposed = false;
  const requestFlush = (scheduler: 'frame' | 'slice') => {
    if (requested[scheduler]) return;
    requested[scheduler] = true;
    schedulers[scheduler](() => {
      requested[scheduler] = false;
      if (disposed || countQueuedFlushes() === 0) return;
      flush();
      requestFlushes();
    });
  };
  /** Requests flushes while text is queued. Once the text is complete, the remaining flushes don't wait for frames. */
  const requestFlushes = () => {
    const queuedFlushes = countQueuedFlushes();
    if (queuedFlushes === 0 || disposed) return;
    if (phase !== 'ending') requestFlush('frame');
    if (phase === 'ending' || queuedFlushes > MAX_QUEUED_FLUSHES) requestFlush('slice');
  };

  /** Continues a finished text. The text is rendered again, because its last block may continue. */
  const reopen = () => {
    if (phase === 'finished') replacement = text;
    phase = 'open';
    shownCallbacks = [];
    paused = false;
  };

  return {
    append(addition) {
      if (addition === '') return;
      reopen();
      text += addition;
      queue += addition;
      requestFlushes();
    },
    replace(newText) {
      const shownLength = text.length - queue.length;
      reopen();
      text = newText;
      replacement = newText.slice(0, shownLength);
      queue = newText.slice(shownLength);
      requestFlushes();
    },
    finish(onShown) {
      if (onShown) shownCallbacks.push(onShown);
      if (phase === 'finished') {
        reportShown();
        return;
      }
      phase = 'ending';
      if ((replacement?.length ?? 0) + queue.length <= MAX_FINAL_FLUSH_LENGTH) show(queue.length);
      else requestFlushes();
    },
    pause() {
      paused = true;
      document.showAllSections();
    },
    dispose() {
      shownCallbacks = [];
      disposed = true;
      document.showAllSections();
      highlighter.dispose();
      stopListening();
    },
    get text() {
      return text;
    },
  };
}

/**
 * Runs a function in a new task. Uses a message instead of a timer, because the browser throttles timers in a hidden
 * window, but not messages.
 */
function inNextTask(call: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    call();
  };
  port2.postMessage(undefined);
}

/**
 * Converts the received pieces to the text that is parsed, with line breaks and NUL replaced as CommonMark requires. A
 * carriage return or the first half of a surrogate pair at the end of a piece is kept for the next piece, which may
 * complete it.
 */
class SourceText {
  private heldBack = '';

  push(raw: string): string {
    const text = this.heldBack + raw;
    const complete = endsInIncompleteCharacter(text) ? text.slice(0, -1) : text;
    this.heldBack = text.slice(complete.length);
    return normalize(complete);
  }

  /**
   * Returns the character that was kept for the next piece, or an empty string. Call this when no more text will
   * arrive.
   */
  end(): string {
    const remainder = normalize(this.heldBack);
    this.heldBack = '';
    return remainder;
  }
}

function endsInIncompleteCharacter(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last === 0x0d || (last >= 0xd800 && last <= 0xdbff);
}

function normalize(text: string): string {
  return text.replace(/\r\n?/g, '\n').replaceAll('\0', '\uFFFD');
}
