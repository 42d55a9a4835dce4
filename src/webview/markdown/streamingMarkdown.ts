import { listenForActions, type ActionHandlers } from './answerActions';
import { AnswerDocument } from './answerDocument';
import { createParser } from './blocks';
import type { TaskLabels } from './blockToTree';
import type { CodeToolbar } from './codeBlock';
import { Highlighter, whenIdle, type ScheduleIdle } from './highlight/highlighter';
import type { FindRuns } from './highlight/workerRuns';

export interface StreamingMarkdown {
  /** Queued; flushed by the scheduler, at most 4,000 characters a flush, the rest in the next. */
  append(text: string): void;
  /** All of it, instead of what came before; as much as was shown in one flush, so that it never shrinks and grows. */
  replace(text: string): void;
  /**
   * No more text will come. What is queued is shown at once if it is little, else in slices. What is shown is then
   * what the whole text at once would be, and `shown` is called; never, if more text comes before that.
   */
  finish(shown?: () => void): void;
  /** Nothing comes for a while: until it does, all of what is there is rendered, be it far from view. */
  pause(): void;
  /** Nothing is shown or highlighted any more; what is there stays. */
  dispose(): void;
  /** Everything appended so far, as it came. */
  readonly text: string;
}

export interface MarkdownOptions extends CodeToolbar, ActionHandlers {
  readonly labels: CodeToolbar['labels'] & TaskLabels;
  /** Calls `flush` once, later: e.g. `requestAnimationFrame`. */
  readonly schedule: (flush: () => void) => void;
  /** Calls it once, soon, whether or not frames are painted; by default in a task of its own. */
  readonly slice?: (flush: () => void) => void;
  /** Returns monotonic milliseconds; without it only frames with queued text count as time. */
  readonly ticks?: () => number;
  /** Highlights finished code. */
  readonly findRuns: FindRuns;
  /** When finished code is highlighted; by default when the browser is idle. */
  readonly idle?: ScheduleIdle;
  /** Characters of an open block that are parsed with each flush, however far its beginning is final. */
  readonly minFreezeLength?: number;
}

const MAX_FLUSH_LENGTH = 4000;
/** What may be left to be shown in one go when it is finished. */
const MAX_FINAL_FLUSH_LENGTH = 2 * MAX_FLUSH_LENGTH;
/** Frames (about a second) after which new characters are shown even if there are only a few of them. */
const MAX_SKIPPED_FRAMES = 60;
/** Frames whose work may pile up before it is done between them: a window that isn't painted has no frames at all. */
const MAX_QUEUED_FLUSHES = 3;
/** Milliseconds. */
const FRAME_MS = 1000 / 60;

const parser = createParser();

/** Shows Markdown in `root` while it arrives. `root` is its own from then on. */
export function createStreamingMarkdown(root: HTMLElement, options: MarkdownOptions): StreamingMarkdown {
  root.replaceChildren();
  const stopListening = listenForActions(root, options);
  const highlighter = new Highlighter(options.idle ?? whenIdle, options.findRuns);
  const document = new AnswerDocument(root, parser, {
    ...options,
    minFreezeLength: options.minFreezeLength ?? 400,
    onFinal: (element) => highlighter.add(element),
  });
  let text = '';
  let source = new SourceText();
  /** To be shown instead of all that is shown. */
  let replacement: string | undefined;
  let queue = '';
  let phase: 'open' | 'ending' | 'finished' = 'open';
  let shownCallbacks: (() => void)[] = [];
  let paused = false;
  /** Frames that have shown nothing since the last one that has. */
  let skippedFrames = 0;
  let lastFlushAt = 0;
  const ticks = options.ticks ?? (() => 0);

  const flush = () => {
    const isImmediate = phase !== 'open' || paused || replacement !== undefined || queue.length >= MAX_FLUSH_LENGTH;
    const framesToWait = queue.length < document.charactersPerFlush ? MAX_SKIPPED_FRAMES : document.framesPerFlush;
    // Time without text counts, too: a delta that comes after a quiet moment is shown in the next frame.
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
    const left = Math.ceil(((replacement?.length ?? 0) + queue.length) / MAX_FLUSH_LENGTH);
    return left === 0 && (phase === 'ending' || replacement !== undefined) ? 1 : left;
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
  /** Asks for a turn while there is text to show. When no more will come, the rest doesn't wait for frames. */
  const requestFlushes = () => {
    const left = countQueuedFlushes();
    if (left === 0 || disposed) return;
    if (phase !== 'ending') requestFlush('frame');
    if (phase === 'ending' || left > MAX_QUEUED_FLUSHES) requestFlush('slice');
  };

  /** More text is to come after all: what was the last block may go on. */
  const reopen = () => {
    if (phase === 'finished') replacement = text;
    phase = 'open';
    shownCallbacks = [];
    paused = false;
  };

  return {
    append(more) {
      if (more === '') return;
      reopen();
      text += more;
      queue += more;
      requestFlushes();
    },
    replace(whole) {
      const shown = text.length - queue.length;
      reopen();
      text = whole;
      replacement = whole.slice(0, shown);
      queue = whole.slice(shown);
      requestFlushes();
    },
    finish(shown) {
      if (shown) shownCallbacks.push(shown);
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

/** A task of its own. Unlike timers, messages are neither delayed nor slowed down in a window nobody looks at. */
function inNextTask(call: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    call();
  };
  port2.postMessage(undefined);
}

/**
 * Turns raw pieces into the text that is parsed: newlines and NUL as CommonMark wants them. A character whose meaning
 * depends on the next piece (a carriage return, the first half of a surrogate pair) is held back until that is here.
 */
class SourceText {
  private heldBack = '';

  push(raw: string): string {
    const text = this.heldBack + raw;
    const whole = endsInIncompleteCharacter(text) ? text.slice(0, -1) : text;
    this.heldBack = text.slice(whole.length);
    return normalise(whole);
  }

  /** Nothing more will come: what was held back counts as it is. */
  end(): string {
    const rest = normalise(this.heldBack);
    this.heldBack = '';
    return rest;
  }
}

function endsInIncompleteCharacter(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last === 0x0d || (last >= 0xd800 && last <= 0xdbff);
}

function normalise(text: string): string {
  return text.replace(/\r\n?/g, '\n').replaceAll('\0', '\uFFFD');
}
