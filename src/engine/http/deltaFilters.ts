import { redacted } from '../gateway/apiKey';
import type { Delta, DeltaFilter, DeltaSink, ToolCallPart } from './dialect';

const opening = '<think>';
const closing = '</think>';

/** White space before an opening tag, and after a closing one, is held up to this length in characters. */
const maxBufferedChars = 100;
/** A text this short, in one line, may be the end of reasoning that began in a field of its own. */
const maxShortTextChars = 200;

/**
 * Separates `<think>…</think>` reasoning from the text of one attempt, for servers that don't. Only the first pair
 * counts, at the start of the text. The opening tag may be missing, because chat templates put it into the prompt. Then
 * a `</think>` at the start of a line ends the reasoning. If the stream began with reasoning in a field of its own, so
 * does one at the end of a line, or after a short text. Tags in code or later text stay text. Characters that may begin
 * a tag are held until the following ones arrive.
 */
export class ThinkTags implements DeltaFilter {
  private state: 'start' | 'reasoning' | 'text' | 'decided' = 'start';
  private buffered = '';
  /** Text without an opening tag, which a closing tag would turn into reasoning. */
  private untaggedText = '';
  private beganWithReasoning = false;

  constructor(private readonly sink: DeltaSink) {}

  readonly onDelta = (delta: Delta): void => {
    switch (delta.type) {
      case 'text':
        return this.onText(delta);
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
        this.untaggedText = '';
        this.beganWithReasoning = false;
        return this.sink(delta);
      default:
        return this.sink(delta);
    }
  };

  /** Nothing more can complete a tag: passes on what is held. */
  flush(): void {
    const { buffered: held } = this;
    if (held === '') return;
    this.buffered = '';
    if (this.state === 'reasoning') this.sink({ type: 'reasoning', text: held });
    else this.readText(held, true);
  }

  private onText(delta: Delta & { readonly type: 'text' | 'reasoning' }): void {
    const { text } = delta;
    switch (this.state) {
      case 'start':
        return this.readStart(this.buffered + text);
      case 'reasoning':
        return this.readReasoning(this.buffered + text);
      case 'text':
        // The usual delta: nothing is held, and no tag begins.
        if (this.buffered !== '' || text.includes('<')) return this.readText(this.buffered + text, false);
        this.untaggedText += text;
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
    } else if (opening.startsWith(start) && text.length < maxBufferedChars) {
      this.buffered = text;
    } else {
      this.state = 'text';
      this.readText(text, false);
    }
  }

  private readReasoning(text: string): void {
    const end = text.indexOf(closing);
    if (end < 0) {
      const passed = this.bufferPossibleTag(text);
      if (passed !== '') this.sink({ type: 'reasoning', text: passed });
      return;
    }
    if (end > 0) this.sink({ type: 'reasoning', text: text.slice(0, end) });
    this.passRemaining(text.slice(end + closing.length));
  }

  /** @param ended nothing follows the text */
  private readText(text: string, ended: boolean): void {
    const end = text.indexOf(closing);
    if (end < 0) {
      this.passText(ended ? text : this.bufferPossibleTag(text));
      return;
    }
    const rest = text.slice(end + closing.length);
    if (!ended && rest.length < maxBufferedChars && /^[ \t]*$/.test(rest)) {
      this.passText(text.slice(0, end));
      this.buffered = closing + rest;
    } else if (this.endsReasoning(this.untaggedText + text.slice(0, end), rest)) {
      this.passText(text.slice(0, end));
      if (this.untaggedText !== '') this.sink({ type: 'textWasReasoning', text: this.untaggedText });
      this.passRemaining(rest);
    } else this.passRemaining(text);
  }

  private endsReasoning(before: string, rest: string): boolean {
    if (before.includes(opening) || isInCode(before)) return false;
    if (/(?:^|\n)[ \t]*$/.test(before.slice(-80))) return true;
    const isShort = before.length <= maxShortTextChars && !before.includes('\n') && !rest.startsWith(' ');
    return this.beganWithReasoning && (isShort || /^[ \t]*(?:\n|$)/.test(rest));
  }

  /** Everything after this point is text, even if it contains tags. */
  private passRemaining(rest: string): void {
    this.state = 'decided';
    this.buffered = '';
    this.untaggedText = '';
    if (rest !== '') this.sink({ type: 'text', text: rest });
  }

  private passText(text: string): void {
    if (text === '') return;
    this.untaggedText += text;
    this.sink({ type: 'text', text });
  }

  /** Keeps the end of the text that may be the beginning of a closing tag. @returns the text before it */
  private bufferPossibleTag(text: string): string {
    const at = text.lastIndexOf('<');
    const mayClose = at >= 0 && closing.startsWith(text.slice(at));
    this.buffered = mayClose ? text.slice(at) : '';
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

/** Length of the beginning of a key by which it is recognised. A shorter beginning would hold back ordinary words. */
const keyHeadChars = 5;
/** A beginning of a key of this length is redacted, even if the text then differs from the key. */
const minRedactedChars = 12;

/**
 * Removes keys from a text that arrives in deltas, even a key that is split between deltas. Text is passed on at once
 * unless it ends with the possible beginning of a key. All text other than keys is passed on unchanged.
 */
export class KeyFilter {
  private readonly heads: RegExp;
  /** The last characters that were passed on. A key may begin in them. */
  private passedTail = '';
  private buffered = '';

  private readonly spellings: readonly string[];

  /** @param spellings of the keys; upper and lower case don't matter */
  constructor(spellings: readonly string[]) {
    this.spellings = spellings.map((spelling) => spelling.toLowerCase());
    const heads = this.spellings.map((spelling) => spelling.slice(0, keyHeadChars).replace(/[^\w]/g, '\\$&'));
    this.heads = new RegExp([...new Set(heads)].join('|'), 'gi');
  }

  /** Returns the text that can be passed on now. */
  push(delta: string): string {
    const text = this.passedTail + this.buffered + delta;
    this.heads.lastIndex = 0;
    if (this.buffered === '' && !this.heads.test(text)) {
      this.passedTail = text.slice(1 - keyHeadChars);
      return delta;
    }
    return this.filter(text);
  }

  /** Returns the text that was held back, or its replacement. Call this when no more deltas follow. */
  flush(): string {
    const { buffered: held, passedTail: passed } = this;
    this.buffered = '';
    this.passedTail = '';
    return passed.length + held.length < minRedactedChars ? held : redacted;
  }

  private filter(text: string): string {
    let result = '';
    let from = this.passedTail.length;
    this.buffered = '';
    for (let at = this.findHead(text, 0); at >= 0;) {
      const { length, isWhole } = this.matchAt(text, at);
      if (at + length === text.length && !isWhole) {
        this.passedTail = text.slice(at, Math.max(at, from));
        this.buffered = text.slice(Math.max(at, from));
        return result + text.slice(from, Math.max(at, from));
      }
      const isKey = isWhole || length >= minRedactedChars;
      if (isKey) {
        result += text.slice(from, Math.max(at, from)) + redacted;
        from = at + length;
      }
      at = this.findHead(text, isKey ? from : at + 1);
    }
    this.passedTail = text.slice(Math.max(from, text.length - keyHeadChars + 1));
    return result + text.slice(from);
  }

  private findHead(text: string, from: number): number {
    this.heads.lastIndex = from;
    return this.heads.exec(text)?.index ?? -1;
  }

  /** Returns how many characters at this position agree with a key, and whether they are the whole key. */
  private matchAt(text: string, at: number): { readonly length: number; readonly isWhole: boolean } {
    let longest = { length: 0, isWhole: false };
    for (const spelling of this.spellings) {
      let length = 0;
      while (length < spelling.length && isSameLetter(text[at + length], spelling[length])) length++;
      if (length > longest.length) longest = { length, isWhole: length === spelling.length };
    }
    return longest;
  }
}

/** @param lower in lower case */
function isSameLetter(letter: string | undefined, lower: string | undefined): boolean {
  return letter === lower || letter?.toLowerCase() === lower;
}

/**
 * Removes the keys of this session from text, reasoning and tool calls, because answers are stored, shown and exported.
 */
export class RedactedDeltas implements DeltaFilter {
  private readonly textFilter: KeyFilter;
  private readonly reasoningFilter: KeyFilter;
  /** One filter for each index of a tool call. `id` is the id of the call that the filter belongs to. */
  private readonly calls = new Map<number, { id: string; readonly filter: KeyFilter }>();

  /** @param spellings of keys, at least one */
  constructor(
    private readonly next: DeltaFilter,
    private readonly spellings: readonly string[],
  ) {
    this.textFilter = new KeyFilter(spellings);
    this.reasoningFilter = new KeyFilter(spellings);
  }

  readonly onDelta = (delta: Delta): void => {
    switch (delta.type) {
      case 'text':
      case 'reasoning': {
        const { type } = delta;
        const text = (type === 'text' ? this.textFilter : this.reasoningFilter).push(delta.text);
        if (text !== '') this.next.onDelta(text === delta.text ? delta : { type, text });
        return;
      }
      case 'toolCall':
        return this.onToolCallPart(delta.part);
      case 'finish':
      case 'restartInStream':
      case 'error':
        this.flushFilters();
        return this.next.onDelta(delta);
      default:
        return this.next.onDelta(delta);
    }
  };

  flush(): void {
    this.flushFilters();
    this.next.flush();
  }

  private onToolCallPart(part: ToolCallPart): void {
    const { index, id, name } = part;
    const call = this.calls.get(index) ?? { id, filter: new KeyFilter(this.spellings) };
    this.calls.set(index, call);
    // As in `ToolCallNumbers`: a new id and a name at an index that is in use begin another call.
    const isAnother = name !== '' && id !== '' && call.id !== '' && id !== call.id;
    if (isAnother) this.flushCall(index);
    if (isAnother || call.id === '') call.id = id;
    this.forwardPart({
      index,
      id: this.redactComplete(id),
      name: this.redactComplete(name),
      arguments: call.filter.push(part.arguments),
    });
  }

  private forwardPart(part: ToolCallPart): void {
    if (part.id + part.name + part.arguments !== '') this.next.onDelta({ type: 'toolCall', part });
  }

  private flushFilters(): void {
    const reasoning = this.reasoningFilter.flush();
    if (reasoning !== '') this.next.onDelta({ type: 'reasoning', text: reasoning });
    const text = this.textFilter.flush();
    if (text !== '') this.next.onDelta({ type: 'text', text });
    for (const index of this.calls.keys()) this.flushCall(index);
  }

  private flushCall(index: number): void {
    this.forwardPart({ index, id: '', name: '', arguments: this.calls.get(index)?.filter.flush() ?? '' });
  }

  private redactComplete(text: string): string {
    // Most parts of a tool call have neither id nor name: no filter is made for them.
    if (text === '') return '';
    const filter = new KeyFilter(this.spellings);
    return filter.push(text) + filter.flush();
  }
}
