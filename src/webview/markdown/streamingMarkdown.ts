import { listenForActions } from './actions';
import { AnswerDocument } from './answerDocument';
import { toolbarSpec, type CodeAction } from './codeBlock';
import { createParser } from './parser';
import { SourceText } from './sourceText';

export interface StreamingMarkdown {
  /** Queued; flushed by the scheduler, at most 4,000 characters a flush, the rest in the next. */
  append(text: string): void;
  /** All of it, instead of what came before; in one flush, so that what is shown never shrinks and grows again. */
  replace(text: string): void;
  /** Flushes all that is queued now. What is shown is then what the whole text at once would be. */
  finish(): void;
  /** Everything appended so far, as it came. */
  readonly text: string;
}

export interface MarkdownOptions {
  /** Calls `flush` once, later: e.g. `requestAnimationFrame`. */
  readonly schedule: (flush: () => void) => void;
  readonly labels: { readonly copy: string; readonly insert: string; readonly apply: string };
  /** @param code without the line end before the closing fence. */
  readonly onCodeAction: (action: CodeAction, code: string) => void;
  /** A click or Enter on a link; the page itself goes nowhere. */
  readonly onLink: (href: string) => void;
  /** Whether a code block offers to replace the selection it is about. */
  readonly canApply: boolean;
}

const FLUSH_LENGTH = 4000;

const parser = createParser();

/** Shows Markdown in `root` while it arrives. `root` is its own from then on. */
export function createStreamingMarkdown(root: HTMLElement, options: MarkdownOptions): StreamingMarkdown {
  root.replaceChildren();
  listenForActions(root, options);
  const document = new AnswerDocument(root, parser, toolbarSpec(options));
  let text = '';
  let queue = '';
  let source = new SourceText();
  let mode: 'append' | 'replace' = 'append';
  let finished = false;
  let scheduled = false;

  const show = (length: number, final: boolean) => {
    const piece = source.push(queue.slice(0, length)) + (final ? source.end() : '');
    queue = queue.slice(length);
    if (mode === 'replace') document.replace(piece, final);
    else document.append(piece, final);
    mode = 'append';
    finished = final;
  };

  const startOver = (whole: string) => {
    text = whole;
    queue = whole;
    source = new SourceText();
    mode = 'replace';
    finished = false;
  };

  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    options.schedule(() => {
      scheduled = false;
      if (finished || (mode === 'append' && queue === '')) return;
      show(mode === 'replace' ? queue.length : FLUSH_LENGTH, false);
      if (queue !== '') schedule();
    });
  };

  return {
    append(more) {
      if (more === '') return;
      // The last block was closed by `finish` and may go on now.
      if (finished) startOver(text + more);
      else {
        text += more;
        queue += more;
      }
      schedule();
    },
    replace(whole) {
      startOver(whole);
      schedule();
    },
    finish() {
      if (!finished) show(queue.length, true);
    },
    get text() {
      return text;
    },
  };
}
