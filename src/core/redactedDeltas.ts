import { redacted } from './apiKey';
import type { DeltaSink } from './dialect';
import type { ToolCallPart } from './toolCallParts';

/** Length of the beginning of a key by which it is recognised. A shorter beginning would hold back ordinary words. */
const headChars = 5;
/** A beginning of a key of this length is redacted, even if the text then differs from the key. */
const partChars = 12;

/**
 * Removes keys from a text that arrives in deltas, even a key that is split between deltas. Text is passed on at once
 * unless it ends with the possible beginning of a key. All text other than keys is passed on unchanged.
 */
export class KeyFilter {
  private readonly heads: RegExp;
  /** The last characters that were passed on. A key may begin in them. */
  private passed = '';
  private held = '';

  private readonly spellings: readonly string[];

  /** @param spellings of the keys; upper and lower case don't matter */
  constructor(spellings: readonly string[]) {
    this.spellings = spellings.map((spelling) => spelling.toLowerCase());
    const heads = this.spellings.map((spelling) => spelling.slice(0, headChars).replace(/[^\w]/g, '\\$&'));
    this.heads = new RegExp([...new Set(heads)].join('|'), 'gi');
  }

  /** Returns the text that can be passed on now. */
  push(delta: string): string {
    const text = this.passed + this.held + delta;
    this.heads.lastIndex = 0;
    if (this.held === '' && !this.heads.test(text)) {
      this.passed = text.slice(1 - headChars);
      return delta;
    }
    return this.filter(text);
  }

  /** Returns the text that was held back, or its replacement. Call this when no more deltas follow. */
  flush(): string {
    const { held, passed } = this;
    this.held = '';
    this.passed = '';
    return passed.length + held.length < partChars ? held : redacted;
  }

  private filter(text: string): string {
    let result = '';
    let from = this.passed.length;
    this.held = '';
    for (let at = this.headFrom(text, 0); at >= 0;) {
      const { length, isWhole } = this.agreedAt(text, at);
      if (at + length === text.length && !isWhole) {
        this.passed = text.slice(at, Math.max(at, from));
        this.held = text.slice(Math.max(at, from));
        return result + text.slice(from, Math.max(at, from));
      }
      const isKey = isWhole || length >= partChars;
      if (isKey) {
        result += text.slice(from, Math.max(at, from)) + redacted;
        from = at + length;
      }
      at = this.headFrom(text, isKey ? from : at + 1);
    }
    this.passed = text.slice(Math.max(from, text.length - headChars + 1));
    return result + text.slice(from);
  }

  private headFrom(text: string, from: number): number {
    this.heads.lastIndex = from;
    return this.heads.exec(text)?.index ?? -1;
  }

  /** Returns how many characters at this position agree with a key, and whether they are the whole key. */
  private agreedAt(text: string, at: number): { readonly length: number; readonly isWhole: boolean } {
    let longest = { length: 0, isWhole: false };
    for (const spelling of this.spellings) {
      let length = 0;
      while (length < spelling.length && isLetter(text[at + length], spelling[length])) length++;
      if (length > longest.length) longest = { length, isWhole: length === spelling.length };
    }
    return longest;
  }
}

/** @param lower in lower case */
function isLetter(letter: string | undefined, lower: string | undefined): boolean {
  return letter === lower || letter?.toLowerCase() === lower;
}

/** Receives deltas without keys. It may hold deltas back until it is flushed. */
interface FlushableSink extends DeltaSink {
  flush(): void;
}

/**
 * Removes the keys of this session from text, reasoning and tool calls, because answers are stored, shown and exported.
 */
export class RedactedDeltas implements FlushableSink {
  private readonly textFilter: KeyFilter;
  private readonly reasoningFilter: KeyFilter;
  /** One filter for each index of a tool call. `id` is the id of the call that the filter belongs to. */
  private readonly calls = new Map<number, { id: string; readonly filter: KeyFilter }>();

  /** @param spellings of keys, at least one */
  constructor(
    private readonly sink: FlushableSink,
    private readonly spellings: readonly string[],
  ) {
    this.textFilter = new KeyFilter(spellings);
    this.reasoningFilter = new KeyFilter(spellings);
  }

  text(text: string): void {
    const passed = this.textFilter.push(text);
    if (passed !== '') this.sink.text(passed);
  }

  reasoning(text: string): void {
    const passed = this.reasoningFilter.push(text);
    if (passed !== '') this.sink.reasoning(passed);
  }

  toolCall(part: ToolCallPart): void {
    const { index, id, name } = part;
    const call = this.calls.get(index) ?? { id, filter: new KeyFilter(this.spellings) };
    this.calls.set(index, call);
    // As in `ToolCallNumbers`: a new id and a name at an index that is in use begin another call.
    const isAnother = name !== '' && id !== '' && call.id !== '' && id !== call.id;
    if (isAnother) this.flushCall(index);
    if (isAnother || call.id === '') call.id = id;
    const json = call.filter.push(part.arguments);
    if (id !== '' || name !== '' || json !== '') {
      this.sink.toolCall({ index, id: this.whole(id), name: this.whole(name), arguments: json });
    }
  }

  finish(finish: Parameters<DeltaSink['finish']>[0]): void {
    this.flushFilters();
    this.sink.finish(finish);
  }

  finishReasonPending(): void {
    this.sink.finishReasonPending();
  }

  usage(usage: Parameters<DeltaSink['usage']>[0]): void {
    this.sink.usage(usage);
  }

  restartInStream(): void {
    this.flushFilters();
    this.sink.restartInStream();
  }

  error(error: unknown): void {
    this.flushFilters();
    this.sink.error(error);
  }

  flush(): void {
    this.flushFilters();
    this.sink.flush();
  }

  private flushFilters(): void {
    const reasoning = this.reasoningFilter.flush();
    if (reasoning !== '') this.sink.reasoning(reasoning);
    const text = this.textFilter.flush();
    if (text !== '') this.sink.text(text);
    for (const index of this.calls.keys()) this.flushCall(index);
  }

  private flushCall(index: number): void {
    const json = this.calls.get(index)?.filter.flush() ?? '';
    if (json !== '') this.sink.toolCall({ index, id: '', name: '', arguments: json });
  }

  private whole(text: string): string {
    // Most parts of a tool call have neither id nor name: no filter is made for them.
    if (text === '') return '';
    const filter = new KeyFilter(this.spellings);
    return filter.push(text) + filter.flush();
  }
}
