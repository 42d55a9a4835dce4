import { redacted } from '../gateway/apiKey';
import type { Delta, DeltaFilter, DeltaSink, ToolCallPart } from './deltas';

const openingTag = '<think>';
const closingTag = '</think>';

/**
 * Maximum length of the whitespace that is held back before an opening think tag or after a closing one, in
 * characters.
 */
const maxBufferedChars = 100;
/**
 * Maximum length of a single-line text before a `</think>` that counts as the end of the reasoning, in characters.
 * Applies only if the reasoning began in a separate field.
 */
const maxShortTextChars = 200;

/**
 * Separates `<think>…</think>` reasoning from the text of an attempt, because some gateways send both as text. Only one
 * pair of tags counts, and only at the start of the text. The opening tag may be missing, because chat templates insert
 * it into the prompt: then a `</think>` at the start of a line ends the reasoning. If the stream began with reasoning
 * in a separate field, a `</think>` at the end of a line or after a short text also ends it. Tags in code or in later
 * text are not changed. Characters that may begin a tag are held back until the following characters arrive.
 */
export class ThinkTags implements DeltaFilter {
  private state: 'start' | 'reasoning' | 'text' | 'decided' = 'start';
  private buffered = '';
  /**
   * Text that was passed on as part of the answer, because no opening think tag preceded it. If a closing tag follows,
   * this text becomes reasoning.
   */
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

  /** Passes on the text that is held back. Called at the end of the stream, when no further text can complete a tag. */
  flush(): void {
    const { buffered } = this;
    if (buffered === '') return;
    this.buffered = '';
    if (this.state === 'reasoning') this.sink({ type: 'reasoning', text: buffered });
    else this.readText(buffered, true);
  }

  private onText(delta: Delta & { readonly type: 'text' | 'reasoning' }): void {
    const { text } = delta;
    switch (this.state) {
      case 'start':
        return this.readStart(this.buffered + text);
      case 'reasoning':
        return this.readReasoning(this.buffered + text);
      case 'text':
        // Returns early for most deltas, for which no text is held back and no tag begins.
        if (this.buffered !== '' || text.includes('<')) return this.readText(this.buffered + text, false);
        this.untaggedText += text;
        return this.sink(delta);
      case 'decided':
        return this.sink(delta);
    }
  }

  private readStart(text: string): void {
    const start = text.trimStart();
    if (start.startsWith(openingTag)) {
      this.state = 'reasoning';
      this.readReasoning(start.slice(openingTag.length));
    } else if (openingTag.startsWith(start) && text.length < maxBufferedChars) {
      this.buffered = text;
    } else {
      this.state = 'text';
      this.readText(text, false);
    }
  }

  private readReasoning(text: string): void {
    const end = text.indexOf(closingTag);
    if (end < 0) {
      const released = this.bufferPossibleTag(text);
      if (released !== '') this.sink({ type: 'reasoning', text: released });
      return;
    }
    if (end > 0) this.sink({ type: 'reasoning', text: text.slice(0, end) });
    this.passRemaining(text.slice(end + closingTag.length));
  }

  /** @param isEnd whether no further text follows */
  private readText(text: string, isEnd: boolean): void {
    const end = text.indexOf(closingTag);
    if (end < 0) {
      this.passText(isEnd ? text : this.bufferPossibleTag(text));
      return;
    }
    const remaining = text.slice(end + closingTag.length);
    if (!isEnd && remaining.length < maxBufferedChars && /^[ \t]*$/.test(remaining)) {
      this.passText(text.slice(0, end));
      this.buffered = closingTag + remaining;
    } else if (this.endsReasoning(this.untaggedText + text.slice(0, end), remaining)) {
      this.passText(text.slice(0, end));
      if (this.untaggedText !== '') this.sink({ type: 'textWasReasoning', text: this.untaggedText });
      this.passRemaining(remaining);
    } else this.passRemaining(text);
  }

  /**
   * Whether a closing think tag ends reasoning that has no opening tag, judging by the text before and after the tag.
   */
  private endsReasoning(before: string, remaining: string): boolean {
    if (before.includes(openingTag) || isInCode(before)) return false;
    if (/(?:^|\n)[ \t]*$/.test(before.slice(-80))) return true;
    const isShort = before.length <= maxShortTextChars && !before.includes('\n') && !remaining.startsWith(' ');
    return this.beganWithReasoning && (isShort || /^[ \t]*(?:\n|$)/.test(remaining));
  }

  /** Passes on the remaining text. All further text is passed on unchanged, even if it contains tags. */
  private passRemaining(remaining: string): void {
    this.state = 'decided';
    this.buffered = '';
    this.untaggedText = '';
    if (remaining !== '') this.sink({ type: 'text', text: remaining });
  }

  private passText(text: string): void {
    if (text === '') return;
    this.untaggedText += text;
    this.sink({ type: 'text', text });
  }

  /** Holds back the end of the text if it may begin a closing tag. @returns the text before that end */
  private bufferPossibleTag(text: string): string {
    const offset = text.lastIndexOf('<');
    const mayClose = offset >= 0 && closingTag.startsWith(text.slice(offset));
    this.buffered = mayClose ? text.slice(offset) : '';
    return mayClose ? text.slice(0, offset) : text;
  }
}

/** Whether the text ends inside a fenced code block, or inside an inline code span of its last line. */
function isInCode(text: string): boolean {
  const fences = text.match(/^[ \t]*(?:```|~~~)/gm)?.length ?? 0;
  if (fences % 2 === 1) return true;
  const lastLine = text.slice(text.lastIndexOf('\n') + 1);
  return (lastLine.match(/`/g)?.length ?? 0) % 2 === 1;
}

/**
 * Number of leading characters that identify a possible key. With fewer, the filter would also hold back ordinary
 * words.
 */
const keyHeadChars = 5;
/** Minimum number of leading characters of a key that are redacted even if the rest of the key does not follow. */
const minRedactedChars = 12;

/**
 * Removes keys from a text that arrives in deltas, even a key that is split between deltas. Text is passed on
 * immediately unless it ends with the possible start of a key. Text that is not a key is not changed.
 */
export class KeyFilter {
  /** Matches the first `keyHeadChars` characters of each spelling of the keys. */
  private readonly heads: RegExp;
  /** The last characters that were passed on. They are kept, because a key may begin with them. */
  private passedTail = '';
  private buffered = '';

  private readonly spellings: readonly string[];

  /** @param spellings the keys, unencoded and encoded, for instance in Base64; case is ignored */
  constructor(spellings: readonly string[]) {
    this.spellings = spellings.map((spelling) => spelling.toLowerCase());
    const heads = this.spellings.map((spelling) => spelling.slice(0, keyHeadChars).replace(/[^\w]/g, '\\$&'));
    this.heads = new RegExp([...new Set(heads)].join('|'), 'gi');
  }

  /** Adds a delta. @returns the text that can be passed on now */
  push(delta: string): string {
    const text = this.passedTail + this.buffered + delta;
    this.heads.lastIndex = 0;
    if (this.buffered === '' && !this.heads.test(text)) {
      this.passedTail = text.slice(1 - keyHeadChars);
      return delta;
    }
    return this.filter(text);
  }

  /** Returns the text that is held back, or its replacement if it is a key. Call this when no more deltas follow. */
  flush(): string {
    const { buffered, passedTail } = this;
    this.buffered = '';
    this.passedTail = '';
    return passedTail.length + buffered.length < minRedactedChars ? buffered : redacted;
  }

  private filter(text: string): string {
    let result = '';
    let from = this.passedTail.length;
    this.buffered = '';
    for (let offset = this.findHead(text, 0); offset >= 0;) {
      const { length, isComplete } = this.matchAt(text, offset);
      if (offset + length === text.length && !isComplete) {
        this.passedTail = text.slice(offset, Math.max(offset, from));
        this.buffered = text.slice(Math.max(offset, from));
        return result + text.slice(from, Math.max(offset, from));
      }
      const isKey = isComplete || length >= minRedactedChars;
      if (isKey) {
        result += text.slice(from, Math.max(offset, from)) + redacted;
        from = offset + length;
      }
      offset = this.findHead(text, isKey ? from : offset + 1);
    }
    this.passedTail = text.slice(Math.max(from, text.length - keyHeadChars + 1));
    return result + text.slice(from);
  }

  private findHead(text: string, from: number): number {
    this.heads.lastIndex = from;
    return this.heads.exec(text)?.index ?? -1;
  }

  /**
   * Returns the number of characters at this offset that match the start of a key, and whether they are the complete
   * key.
   */
  private matchAt(text: string, offset: number): { readonly length: number; readonly isComplete: boolean } {
    let longest = { length: 0, isComplete: false };
    for (const spelling of this.spellings) {
      let length = 0;
      while (length < spelling.length && isSameLetter(text[offset + length], spelling[length])) length++;
      if (length > longest.length) longest = { length, isComplete: length === spelling.length };
    }
    return longest;
  }
}

/** Whether two letters are the same, apart from upper and lower case. @param lower a letter in lower case */
function isSameLetter(letter: string | undefined, lower: string | undefined): boolean {
  return letter === lower || letter?.toLowerCase() === lower;
}

/**
 * Removes the keys of this session from text, reasoning and tool calls, because answers are displayed, stored and
 * exported.
 */
export class RedactedDeltas implements DeltaFilter {
  private readonly textFilter: KeyFilter;
  private readonly reasoningFilter: KeyFilter;
  /** Maps each index of a tool call to a filter and to the ID of the call that the filter belongs to. */
  private readonly calls = new Map<number, { id: string; readonly filter: KeyFilter }>();

  /** @param spellings the keys, unencoded and encoded, for instance in Base64; at least one */
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
    // A new ID together with a name starts a new tool call, even at an index that is already in use, as in
    // `ToolCallNumbers`.
    const isNewCall = name !== '' && id !== '' && call.id !== '' && id !== call.id;
    if (isNewCall) this.flushCall(index);
    if (isNewCall || call.id === '') call.id = id;
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

  /** Removes keys from a text that arrives in a single delta. */
  private redactComplete(text: string): string {
    // Returns early, because most parts of a tool call have neither an ID nor a name.
    if (text === '') return '';
    const filter = new KeyFilter(this.spellings);
    return filter.push(text) + filter.flush();
  }
}
