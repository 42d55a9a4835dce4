import type { Delta, DeltaFilter, DeltaSink } from './dialect';

const opening = '<think>';
const closing = '</think>';

/** White space before an opening tag, and after a closing one, is held up to this length in characters. */
const longestHeld = 100;
/** A text this short, in one line, may be the end of reasoning that began in a field of its own. */
const shortText = 200;

/**
 * Separates `<think>…</think>` reasoning from the text of one attempt, for servers that don't. Only the first pair
 * counts, at the start of the text. The opening tag may be missing, because chat templates put it into the prompt. Then
 * a `</think>` at the start of a line ends the reasoning. If the stream began with reasoning in a field of its own, so
 * does one at the end of a line, or after a short text. Tags in code or later text stay text. Characters that may begin
 * a tag are held until the following ones arrive.
 */
export class ThinkTags implements DeltaFilter {
  private state: 'start' | 'reasoning' | 'text' | 'decided' = 'start';
  private held = '';
  /** Text without an opening tag, which a closing tag would turn into reasoning. */
  private unmarked = '';
  private beganWithReasoning = false;

  constructor(private readonly sink: DeltaSink) {}

  readonly take = (delta: Delta): void => {
    switch (delta.type) {
      case 'text':
        return this.takeText(delta);
      case 'reasoning':
        if (this.state === 'start') this.beganWithReasoning = true;
        return this.sink(delta);
      case 'toolCall':
      case 'finish':
      case 'error':
        this.flush();
        return this.sink(delta);
      case 'restartInStream':
        this.flush();
        this.state = 'start';
        this.unmarked = '';
        this.beganWithReasoning = false;
        return this.sink(delta);
      default:
        return this.sink(delta);
    }
  };

  /** Nothing more can complete a tag: passes on what is held. */
  flush(): void {
    const { held } = this;
    if (held === '') return;
    this.held = '';
    if (this.state === 'reasoning') this.sink({ type: 'reasoning', text: held });
    else this.readText(held, true);
  }

  private takeText(delta: Delta & { readonly type: 'text' | 'reasoning' }): void {
    const { text } = delta;
    switch (this.state) {
      case 'start':
        return this.readStart(this.held + text);
      case 'reasoning':
        return this.readReasoning(this.held + text);
      case 'text':
        // The usual delta: nothing is held, and no tag begins.
        if (this.held !== '' || text.includes('<')) return this.readText(this.held + text, false);
        this.unmarked += text;
        return this.sink(delta);
      case 'decided':
        return this.sink(delta);
    }
  }

  private readStart(text: string): void {
    const start = text.trimStart();
    if (start.startsWith(opening)) {
      this.state = 'reasoning';
      this.readReasoning(start.slice(opening.length));
    } else if (opening.startsWith(start) && text.length < longestHeld) {
      this.held = text;
    } else {
      this.state = 'text';
      this.readText(text, false);
    }
  }

  private readReasoning(text: string): void {
    const end = text.indexOf(closing);
    if (end < 0) {
      const passed = this.hold(text);
      if (passed !== '') this.sink({ type: 'reasoning', text: passed });
      return;
    }
    if (end > 0) this.sink({ type: 'reasoning', text: text.slice(0, end) });
    this.decide(text.slice(end + closing.length));
  }

  /** @param ended nothing follows the text */
  private readText(text: string, ended: boolean): void {
    const end = text.indexOf(closing);
    if (end < 0) {
      this.passText(ended ? text : this.hold(text));
      return;
    }
    const rest = text.slice(end + closing.length);
    if (!ended && rest.length < longestHeld && /^[ \t]*$/.test(rest)) {
      this.passText(text.slice(0, end));
      this.held = closing + rest;
    } else if (this.endsReasoning(this.unmarked + text.slice(0, end), rest)) {
      this.passText(text.slice(0, end));
      if (this.unmarked !== '') this.sink({ type: 'textWasReasoning', text: this.unmarked });
      this.decide(rest);
    } else this.decide(text);
  }

  private endsReasoning(before: string, rest: string): boolean {
    if (before.includes(opening) || isInCode(before)) return false;
    if (/(?:^|\n)[ \t]*$/.test(before.slice(-80))) return true;
    const isShort = before.length <= shortText && !before.includes('\n') && !rest.startsWith(' ');
    return this.beganWithReasoning && (isShort || /^[ \t]*(?:\n|$)/.test(rest));
  }

  /** Everything after this point is text, even if it contains tags. */
  private decide(rest: string): void {
    this.state = 'decided';
    this.held = '';
    this.unmarked = '';
    if (rest !== '') this.sink({ type: 'text', text: rest });
  }

  private passText(text: string): void {
    if (text === '') return;
    this.unmarked += text;
    this.sink({ type: 'text', text });
  }

  /** Keeps the end of the text that may be the beginning of a closing tag. @returns the text before it */
  private hold(text: string): string {
    const at = text.lastIndexOf('<');
    const mayClose = at >= 0 && closing.startsWith(text.slice(at));
    this.held = mayClose ? text.slice(at) : '';
    return mayClose ? text.slice(0, at) : text;
  }
}

/** Whether the text ends inside a fenced block or an inline code span of its last line. */
function isInCode(text: string): boolean {
  const fences = text.match(/^[ \t]*(?:```|~~~)/gm)?.length ?? 0;
  if (fences % 2 === 1) return true;
  const lastLine = text.slice(text.lastIndexOf('\n') + 1);
  return (lastLine.match(/`/g)?.length ?? 0) % 2 === 1;
}
