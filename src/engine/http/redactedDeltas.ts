import { redacted } from '../gateway/apiKey';
import type { Delta, DeltaFilter, ToolCallPart } from './dialect';

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

  readonly take = (delta: Delta): void => {
    switch (delta.type) {
      case 'text':
      case 'reasoning': {
        const { type } = delta;
        const text = (type === 'text' ? this.textFilter : this.reasoningFilter).push(delta.text);
        if (text !== '') this.next.take(text === delta.text ? delta : { type, text });
        return;
      }
      case 'toolCall':
        return this.takePart(delta.part);
      case 'finish':
      case 'restartInStream':
      case 'error':
        this.flushFilters();
        return this.next.take(delta);
      default:
        return this.next.take(delta);
    }
  };

  flush(): void {
    this.flushFilters();
    this.next.flush();
  }

  private takePart(part: ToolCallPart): void {
    const { index, id, name } = part;
    const call = this.calls.get(index) ?? { id, filter: new KeyFilter(this.spellings) };
    this.calls.set(index, call);
    // As in `ToolCallNumbers`: a new id and a name at an index that is in use begin another call.
    const isAnother = name !== '' && id !== '' && call.id !== '' && id !== call.id;
    if (isAnother) this.flushCall(index);
    if (isAnother || call.id === '') call.id = id;
    this.passPart({ index, id: this.whole(id), name: this.whole(name), arguments: call.filter.push(part.arguments) });
  }

  private passPart(part: ToolCallPart): void {
    if (part.id + part.name + part.arguments !== '') this.next.take({ type: 'toolCall', part });
  }

  private flushFilters(): void {
    const reasoning = this.reasoningFilter.flush();
    if (reasoning !== '') this.next.take({ type: 'reasoning', text: reasoning });
    const text = this.textFilter.flush();
    if (text !== '') this.next.take({ type: 'text', text });
    for (const index of this.calls.keys()) this.flushCall(index);
  }

  private flushCall(index: number): void {
    this.passPart({ index, id: '', name: '', arguments: this.calls.get(index)?.filter.flush() ?? '' });
  }

  private whole(text: string): string {
    // Most parts of a tool call have neither id nor name: no filter is made for them.
    if (text === '') return '';
    const filter = new KeyFilter(this.spellings);
    return filter.push(text) + filter.flush();
  }
}
