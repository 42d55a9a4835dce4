import { redacted, redactLookalikes } from './apiKey';

/**
 * Maximum length of a part of a key that may be shown, in characters. So short a part reveals nothing about the rest.
 */
const maxVisibleChars = 7;
/** Shorter keys are ordinary words ("none", "test") for some local servers, so they are removed only as whole words. */
const minDistinctiveChars = 8;
/** Minimum length of the beginning of a key that is removed at the end of a text, which may have been cut there. */
const minPrefixChars = 5;
/** How often a text is unescaped: it may be JSON within JSON, or a URL within a URL. */
const maxUnescapes = 3;

/** A spelling of a key. A part of it with at least `shortest` characters must not be shown. */
interface Spelling {
  readonly text: string;
  readonly minPartChars: number;
  /**
   * Whether `text` is the key itself, not encoded. A part of it is then removed only if it is the beginning of the key
   * or contains a digit: any other part may be an ordinary word.
   */
  readonly isRaw: boolean;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Knows all keys of this session and removes them from foreign text. Gateways echo keys in errors, headers and model
 * names: whole or in part, in upper or lower case, escaped or encoded.
 */
export class KnownKeys {
  private readonly keys = new Set<string>();
  private readonly shortKeys: string[] = [];
  private readonly spellings: Spelling[] = [];
  private answerSpellings: readonly string[] = [];
  /** By the length and the canonical text of a part: the spellings that contain it, with its position in each. */
  private readonly parts = new Map<number, Map<string, (readonly [Spelling, number])[]>>();
  /** The pairs of characters with which a part begins. At any other pair, no part is looked up. */
  private readonly startingPairs = new Uint8Array(128 * 128);

  constructor(keys: Iterable<string> = []) {
    for (const key of keys) this.add(key);
  }

  add(key: string): void {
    if (key === '' || this.keys.has(key)) return;
    this.keys.add(key);
    if (key.length < minDistinctiveChars) {
      this.shortKeys.push(key);
      return;
    }
    const spellings = spellingsOf(key);
    for (const spelling of spellings) this.indexSpelling(spelling);
    if (!isSecret(key)) return;
    const escaped = [JSON.stringify(key).slice(1, -1), encodeURIComponent(key)];
    this.answerSpellings = [...new Set([...this.answerSpellings, ...spellings.map(({ text }) => text), ...escaped])];
  }

  /**
   * All spellings of the keys that are also removed from answers, because a model cannot write them by chance. A stream
   * is not unescaped, so these include the keys as they are escaped in JSON and in a URL.
   */
  get spellingsInAnswers(): readonly string[] {
    return this.answerSpellings;
  }

  /** Removes all keys, anything that looks like one, and bearer tokens. */
  redact(text: string): string {
    return redactLookalikes(this.redactKnown(text));
  }

  /** Removes only the keys of this session. JSON stays valid JSON. */
  redactKnown(text: string): string {
    let result = replaceRanges(text, this.rangesIn(text));
    for (const key of this.shortKeys) result = replaceWord(result, key);
    return result;
  }

  private indexSpelling(spelling: Spelling): void {
    this.spellings.push(spelling);
    const canonical = canonicalOf(spelling.text);
    const { minPartChars: shortest, isRaw } = spelling;
    for (let at = 0; at + shortest <= canonical.length; at++) {
      const part = canonical.slice(at, at + shortest);
      if (isRaw && at > 0 && !/\d/.test(part)) continue;
      const ofLength = this.parts.get(shortest) ?? new Map<string, (readonly [Spelling, number])[]>();
      this.parts.set(shortest, ofLength);
      const places = ofLength.get(part) ?? [];
      ofLength.set(part, [...places, [spelling, at]]);
      for (const one of variantsOf(part.charAt(0))) {
        for (const two of variantsOf(part.charAt(1))) this.startingPairs[one * 128 + two] = 1;
      }
    }
  }

  private rangesIn(text: string): readonly Range[] {
    if (this.spellings.length === 0) return [];
    const ranges: Range[] = [];
    let form: Unescaped | undefined = { text, origins: undefined };
    for (let times = 0; form && times <= maxUnescapes; times++) {
      for (const { start, end } of this.matchesIn(form.text)) ranges.push(originalRange(form, start, end, text.length));
      form = withoutEscapes(form, text.length);
    }
    return ranges;
  }

  private matchesIn(text: string): readonly Range[] {
    const matches: Range[] = [];
    for (let at = 0; at + 1 < text.length; at++) {
      const one = text.charCodeAt(at);
      const two = text.charCodeAt(at + 1);
      if (one > 127 || two > 127 || this.startingPairs[one * 128 + two] === 0) continue;
      const match = this.matchAt(text, at);
      if (!match) continue;
      matches.push(match);
      at = match.end - 1;
    }
    const end = this.prefixAtEnd(text);
    return end ? [...matches, end] : matches;
  }

  /** Returns the longest part of a key that includes this position. */
  private matchAt(text: string, at: number): Range | undefined {
    let longest: Range | undefined;
    for (const [length, ofLength] of this.parts) {
      for (const [{ text: spelling }, from] of ofLength.get(canonicalOf(text.slice(at, at + length))) ?? []) {
        let start = at;
        for (let i = from; i > 0 && start > 0 && isSame(text, start - 1, spelling, i - 1); i--) start--;
        let end = at + length;
        for (let i = from + length; i < spelling.length && end < text.length && isSame(text, end, spelling, i); i++)
          end++;
        if (!longest || end - start > longest.end - longest.start) longest = { start, end };
      }
    }
    return longest;
  }

  private prefixAtEnd(text: string): Range | undefined {
    const end = text.length - (/[\s….*"'`)\]}]{0,20}$/.exec(text.slice(-20))?.[0].length ?? 0);
    for (let length = maxVisibleChars; length >= minPrefixChars; length--) {
      const start = end - length;
      if (start < 0) continue;
      const part = canonicalOf(text.slice(start, end));
      const isBeginning = this.spellings.some(({ text: key, minPartChars: shortest, isRaw }) => {
        return isRaw && shortest < key.length && canonicalOf(key.slice(0, length)) === part;
      });
      if (isBeginning) return { start, end };
    }
    return undefined;
  }
}

/** Whether a key is too long, or too random, to be an ordinary word such as `lm-studio`. */
function isSecret(key: string): boolean {
  return key.length >= 20 || (key.length >= 10 && (/\d/.test(key) || /^(?:hsa|sk)-/.test(key)));
}

/** Returns the key as it is, in Base64 at any offset (as in `user:key`), and in hexadecimal. */
function spellingsOf(key: string): readonly Spelling[] {
  // Parts of a key that consists of ordinary words must not be redacted.
  const parts = isSecret(key) && /\d/.test(key);
  const spelling = (text: string, charsPerByte: number): Spelling => {
    const shortest = Math.ceil((parts ? maxVisibleChars + 1 : key.length) * charsPerByte);
    return { text, minPartChars: Math.min(text.length, shortest), isRaw: charsPerByte === 1 };
  };
  return [spelling(key, 1), ...base64Of(key).map((text) => spelling(text, 4 / 3)), spelling(hexOf(key), 2)];
}

/**
 * Returns the Base64 of a key for each offset of the key in a group of three bytes, without the characters that depend
 * on the surrounding text.
 */
function base64Of(key: string): readonly string[] {
  const bytes = new TextEncoder().encode(key).length;
  return [0, 1, 2].map((offset) => {
    const text = btoa('\0'.repeat(offset) + unescapedBytes(key));
    return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes) * 8) / 6));
  });
}

/** Returns the UTF-8 bytes of a text as characters, as `btoa` requires. */
function unescapedBytes(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

function hexOf(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Returns the text in lower case, with the characters of URL-safe Base64 replaced by those of Base64. */
function canonicalOf(text: string): string {
  return text.toLowerCase().replaceAll('-', '+').replaceAll('_', '/');
}

function variantsOf(canonical: string): readonly number[] {
  const variants = { '+': '+-', '/': '/_' }[canonical] ?? canonical + canonical.toUpperCase();
  return Array.from(variants, (char) => char.charCodeAt(0)).filter((code) => code < 128);
}

function isSame(text: string, at: number, other: string, otherAt: number): boolean {
  const [one, two] = [text.charAt(at), other.charAt(otherAt)];
  return one === two || canonicalOf(one) === canonicalOf(two);
}

/** A text without its escapes, and where in the original each of its characters begins. */
interface Unescaped {
  readonly text: string;
  /** undefined: the text is the original. */
  readonly origins: readonly number[] | undefined;
}

/** Escapes of URLs, of JSON and other program text, and of HTML; and invisible characters, which are left out. */
const escapes =
  /%([0-9a-f]{2})|\\u(?:([0-9a-f]{4})|\{([0-9a-f]{1,6})\})|\\x([0-9a-f]{2})|&#x([0-9a-f]{1,8});?|&#(\d{1,8});?|&(amp|quot|apos|lt|gt);|\\(["'\\/])|[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/giu;
const entities: Readonly<Record<string, string>> = { amp: '&', quot: '"', apos: "'", lt: '<', gt: '>' };

/** Decodes one level of escapes. @returns undefined when the text has none */
function withoutEscapes({ text, origins }: Unescaped, length: number): Unescaped | undefined {
  const pieces: string[] = [];
  const places: number[] = [];
  let from = 0;
  const copy = (until: number): void => {
    pieces.push(text.slice(from, until));
    for (let at = from; at < until; at++) places.push(origins ? (origins[at] ?? length) : at);
  };
  for (const match of text.matchAll(escapes)) {
    const [whole, percent, unicode, braced, byte, hexEntity, entity, name = '', escaped] = match;
    copy(match.index);
    from = match.index + whole.length;
    const hex = percent ?? unicode ?? braced ?? byte ?? hexEntity;
    const code = hex === undefined ? Number(entity) : parseInt(hex, 16);
    const char =
      escaped ?? entities[name.toLowerCase()] ?? (code > 0 && code < 0xffff ? String.fromCharCode(code) : '');
    pieces.push(char);
    if (char !== '') places.push(origins ? (origins[match.index] ?? length) : match.index);
  }
  if (from === 0) return undefined;
  copy(text.length);
  return { text: pieces.join(''), origins: places };
}

function originalRange({ origins }: Unescaped, start: number, end: number, length: number): Range {
  return origins ? { start: origins[start] ?? length, end: origins[end] ?? length } : { start, end };
}

function replaceRanges(text: string, ranges: readonly Range[]): string {
  if (ranges.length === 0) return text;
  let result = '';
  let shown = 0;
  for (const { start, end } of ranges.toSorted((one, other) => one.start - other.start)) {
    if (start > shown || shown === 0) result += text.slice(shown, start) + redacted;
    shown = Math.max(shown, end);
  }
  return result + text.slice(shown);
}

function replaceWord(text: string, key: string): string {
  const literal = key.replace(/[^\w]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\w-])${literal}(?![\\w-])`, 'g'), redacted);
}
