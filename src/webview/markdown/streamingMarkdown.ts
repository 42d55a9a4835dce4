import { listenForActions, type ActionHandlers } from './answerActions';
import { AnswerDocument } from './answerDocument';
import { createParser } from './blocks';
import type { TaskLabels } from './blockToTree';
import type { CodeToolbar } from './codeBlock';
import { Highlighter, whenIdle, type Idle } from './highlight/highlighter';
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
  readonly idle?: Idle;
  /** Characters of an open block that are parsed with each flush, however far its beginning is final. */
  readonly minFreezeLength?: number;
}

const FLUSH_LENGTH = 4000;
/** What may be left to be shown in one go when it is finished. */
const LAST_LENGTH = 2 * FLUSH_LENGTH;
/** Frames (about a second) after which new characters are shown even if there are only a few of them. */
const MAX_SKIPPED = 60;
/** Frames whose work may pile up before it is done between them: a window that isn't painted has no frames at all. */
const FRAMES_BEHIND = 3;
/** Milliseconds. */
const FRAME_LENGTH = 1000 / 60;

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
  let whenShown: (() => void)[] = [];
  let paused = false;
  /** Frames that have shown nothing since the last one that has. */
  let skipped = 0;
  let shownAt = 0;
  const ticks = options.ticks ?? (() => 0);

  const flush = () => {
    const isFree = phase !== 'open' || paused || replacement !== undefined || queue.length >= FLUSH_LENGTH;
    const frames = queue.length < document.charactersPerFlush ? MAX_SKIPPED : document.framesPerFlush;
    // Time without text counts, too: a delta that comes after a quiet moment is shown in the next frame.
    const passed = Math.max(skipped + 1, Math.round((ticks() - shownAt) / FRAME_LENGTH));
    if (!isFree && passed < frames) {
      skipped++;
      return;
    }
    skipped = 0;
    shownAt = ticks();
    show(FLUSH_LENGTH);
  };

  const show = (length: number) => {
    const last = phase === 'ending' && length >= queue.length;
    if (replacement !== undefined) {
      source = new SourceText();
      document.replace(source.push(replacement), false);
      replacement = undefined;
    }
    const piece = source.push(queue.slice(0, length)) + (last ? source.end() : '');
    queue = queue.slice(length);
    if (piece !== '' || last) document.append(piece, last);
    if (paused) document.showAllSections();
    if (last) settle();
  };

  const settle = () => {
    phase = 'finished';
    const calls = whenShown;
    whenShown = [];
    for (const call of calls) call();
  };

  const turnsLeft = () => {
    const left = Math.ceil(((replacement?.length ?? 0) + queue.length) / FLUSH_LENGTH);
    return left === 0 && (phase === 'ending' || replacement !== undefined) ? 1 : left;
  };

  const turns = { frame: options.schedule, slice: options.slice ?? inNextTask };
  const asked = { frame: false, slice: false };
  let disposed = false;
  const askFor = (turn: 'frame' | 'slice') => {
    if (asked[turn]) return;
    asked[turn] = true;
    turns[turn](() => {
      asked[turn] = false;
      if (disposed || turnsLeft() === 0) return;
      flush();
      ask();
    });
  };
  /** Asks for a turn while there is text to show. When no more will come, the rest doesn't wait for frames. */
  const ask = () => {
    const left = turnsLeft();
    if (left === 0 || disposed) return;
    if (phase !== 'ending') askFor('frame');
    if (phase === 'ending' || left > FRAMES_BEHIND) askFor('slice');
  };

  /** More text is to come after all: what was the last block may go on. */
  const reopen = () => {
    if (phase === 'finished') replacement = text;
    phase = 'open';
    whenShown = [];
    paused = false;
  };

  return {
    append(more) {
      if (more === '') return;
      reopen();
      text += more;
      queue += more;
      ask();
    },
    replace(whole) {
      const shown = text.length - queue.length;
      reopen();
      text = whole;
      replacement = whole.slice(0, shown);
      queue = whole.slice(shown);
      ask();
    },
    finish(shown) {
      if (shown) whenShown.push(shown);
      if (phase === 'finished') {
        settle();
        return;
      }
      phase = 'ending';
      if ((replacement?.length ?? 0) + queue.length <= LAST_LENGTH) show(queue.length);
      else ask();
    },
    pause() {
      paused = true;
      document.showAllSections();
    },
    dispose() {
      whenShown = [];
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
  private held = '';

  push(raw: string): string {
    const text = this.held + raw;
    const whole = endsUndecided(text) ? text.slice(0, -1) : text;
    this.held = text.slice(whole.length);
    return normalise(whole);
  }

  /** Nothing more will come: what was held back counts as it is. */
  end(): string {
    const rest = normalise(this.held);
    this.held = '';
    return rest;
  }
}

function endsUndecided(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last === 0x0d || (last >= 0xd800 && last <= 0xdbff);
}

function normalise(text: string): string {
  return text.replace(/\r\n?/g, '\n').replaceAll('\0', '\uFFFD');
}
