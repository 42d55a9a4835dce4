import { redacted, redactLookalikes } from './apiKey';

/**
 * Maximum length of a part of a key that may be displayed, in characters. Such a short part does not reveal the key.
 */
const maxVisibleChars = 7;
/**
 * Minimum length of a key whose parts are also removed, in characters. The shorter keys of local servers are ordinary
 * words ("none", "test"), so they are removed only as complete words.
 */
const minDistinctiveChars = 8;
/**
 * Minimum number of leading characters of a key that are removed at the end of a text. The text may have been truncated
 * in the middle of the key.
 */
const minPrefixChars = 5;
/** Maximum number of times that a text is unescaped. It may contain JSON within JSON or a URL within a URL. */
const maxUnescapes = 3;

/**
 * A spelling of a key, such as its Base64 form. A part of the spelling with at least `minPartChars` characters must not
 * be displayed.
 */
interface Spelling {
  readonly text: string;
  readonly minPartChars: number;
  /**
   * Whether `text` is the key itself, without any encoding. If so, a part is removed only if it is the start of the key
   * or contains a digit, because any other part may be an ordinary word.
   */
  readonly isRaw: boolean;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Removes all keys of this session from the text that a gateway sends. Gateways repeat keys in errors, headers and
 * model names: completely or in part, in upper or lower case, escaped or encoded.
 */
export class KeyRedactor {
  private readonly keys = new Set<string>();
  private readonly shortKeys: string[] = [];
  private readonly spellings: Spelling[] = [];
  private answerSpellings: readonly string[] = [];
  /**
   * The parts of all spellings, by their length and then by their canonical text. For each part, lists the spellings
   * that contain it, with its offset in each.
   */
  private readonly parts = new Map<number, Map<string, (readonly [Spelling, number])[]>>();
  /**
   * Marks each pair of characters with which a part of a key begins. To save time, a text is compared with the parts
   * only where it contains a marked pair.
   */
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
   * The spellings of keys that are removed even from answers. Only keys that a model can't write by chance are included
   * (see `isSecret`). The filter for answers, unlike `redact`, does not decode escapes, so each key is also listed as
   * escaped in JSON and in URLs.
   */
  get spellingsInAnswers(): readonly string[] {
    return this.answerSpellings;
  }

  /** Returns the text with this session's keys, bearer tokens and everything else that looks like a key removed. */
  redact(text: string): string {
    return redactLookalikes(this.redactKnown(text));
  }

  /** Returns the text without the keys of this session. Valid JSON stays valid. */
  redactKnown(text: string): string {
    let result = replaceRanges(text, this.rangesIn(text));
    for (const key of this.shortKeys) result = replaceWord(result, key);
    return result;
  }

  private indexSpelling(spelling: Spelling): void {
    this.spellings.push(spelling);
    const canonical = canonicalOf(spelling.text);
    const { minPartChars, isRaw } = spelling;
    for (let offset = 0; offset + minPartChars <= canonical.length; offset++) {
      const part = canonical.slice(offset, offset + minPartChars);
      if (isRaw && offset > 0 && !/\d/.test(part)) continue;
      const partsOfLength = this.parts.get(minPartChars) ?? new Map<string, (readonly [Spelling, number])[]>();
      this.parts.set(minPartChars, partsOfLength);
      const occurrences = partsOfLength.get(part) ?? [];
      partsOfLength.set(part, [...occurrences, [spelling, offset]]);
      for (const first of variantsOf(part.charAt(0))) {
        for (const second of variantsOf(part.charAt(1))) this.startingPairs[first * 128 + second] = 1;
      }
    }
  }

  private rangesIn(text: string): readonly Range[] {
    if (this.spellings.length === 0) return [];
    const ranges: Range[] = [];
    let form: Unescaped | undefined = { text, origins: undefined };
    for (let round = 0; form && round <= maxUnescapes; round++) {
      for (const { start, end } of this.matchesIn(form.text)) ranges.push(originalRange(form, start, end, text.length));
      form = withoutEscapes(form, text.length);
    }
    return ranges;
  }

  private matchesIn(text: string): readonly Range[] {
    const matches: Range[] = [];
    for (let offset = 0; offset + 1 < text.length; offset++) {
      const first = text.charCodeAt(offset);
      const second = text.charCodeAt(offset + 1);
      if (first > 127 || second > 127 || this.startingPairs[first * 128 + second] === 0) continue;
      const match = this.matchAt(text, offset);
      if (!match) continue;
      matches.push(match);
      offset = match.end - 1;
    }
    const end = this.prefixAtEnd(text);
    return end ? [...matches, end] : matches;
  }

  /** Returns the range of the longest part of a key that includes the character at this offset. */
  private matchAt(text: string, offset: number): Range | undefined {
    let longest: Range | undefined;
    for (const [length, partsOfLength] of this.parts) {
      for (const [{ text: spelling }, from] of partsOfLength.get(canonicalOf(text.slice(offset, offset + length))) ??
        []) {
        let start = offset;
        for (let i = from; i > 0 && start > 0 && isSame(text, start - 1, spelling, i - 1); i--) start--;
        let end = offset + length;
        for (let i = from + length; i < spelling.length && end < text.length && isSame(text, end, spelling, i); i++)
          end++;
        if (!longest || end - start > longest.end - longest.start) longest = { start, end };
      }
    }
    return longest;
  }

  /**
   * If a text ends with the first characters of a key, returns their range. Ignores an ellipsis or closing quotes after
   * them.
   */
  private prefixAtEnd(text: string): Range | undefined {
    const end = text.length - (/[\s….*"'`)\]}]{0,20}$/.exec(text.slice(-20))?.[0].length ?? 0);
    for (let length = maxVisibleChars; length >= minPrefixChars; length--) {
      const start = end - length;
      if (start < 0) continue;
      const part = canonicalOf(text.slice(start, end));
      const isKeyStart = this.spellings.some(({ text: key, minPartChars, isRaw }) => {
        return isRaw && minPartChars < key.length && canonicalOf(key.slice(0, length)) === part;
      });
      if (isKeyStart) return { start, end };
    }
    return undefined;
  }
}

/** Whether a key is too long or too random to be an ordinary word such as `lm-studio`. */
function isSecret(key: string): boolean {
  return key.length >= 20 || (key.length >= 10 && (/\d/.test(key) || /^(?:hsa|sk)-/.test(key)));
}

/** Returns the spellings of a key: unencoded, in Base64 at any offset (as in `user:key`), and in hexadecimal. */
function spellingsOf(key: string): readonly Spelling[] {
  // Whether parts of the key are removed. A key that consists of ordinary words is removed only as a whole.
  const removesParts = isSecret(key) && /\d/.test(key);
  const spelling = (text: string, charsPerByte: number): Spelling => {
    const minPartChars = Math.ceil((removesParts ? maxVisibleChars + 1 : key.length) * charsPerByte);
    return { text, minPartChars: Math.min(text.length, minPartChars), isRaw: charsPerByte === 1 };
  };
  return [spelling(key, 1), ...base64Of(key).map((text) => spelling(text, 4 / 3)), spelling(hexOf(key), 2)];
}

/**
 * Returns the three Base64 forms of a key, one for each offset of the key in a group of three bytes. Omits the
 * characters that depend on the text around the key.
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

/**
 * Returns the character codes of all ASCII characters with this canonical form, which ignores upper and lower case and
 * the variants of Base64.
 */
function variantsOf(canonical: string): readonly number[] {
  const variants = { '+': '+-', '/': '/_' }[canonical] ?? canonical + canonical.toUpperCase();
  return Array.from(variants, (char) => char.charCodeAt(0)).filter((code) => code < 128);
}

function isSame(text: string, offset: number, other: string, otherOffset: number): boolean {
  const [char, otherChar] = [text.charAt(offset), other.charAt(otherOffset)];
  return char === otherChar || canonicalOf(char) === canonicalOf(otherChar);
}

/** A text without its escapes, with the offset of each of its characters in the original text. */
interface Unescaped {
  readonly text: string;
  /** Offset of each character in the original text. Undefined if the text is the original. */
  readonly origins: readonly number[] | undefined;
}

/** Matches escapes of URLs, JSON, program text and HTML, and invisible characters, which decode to nothing. */
const escapes =
  /%([0-9a-f]{2})|\\u(?:([0-9a-f]{4})|\{([0-9a-f]{1,6})\})|\\x([0-9a-f]{2})|&#x([0-9a-f]{1,8});?|&#(\d{1,8});?|&(amp|quot|apos|lt|gt);|\\(["'\\/])|[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/giu;
const entities: Readonly<Record<string, string>> = { amp: '&', quot: '"', apos: "'", lt: '<', gt: '>' };

/** Decodes one level of escapes. @returns undefined if the text has no escapes */
function withoutEscapes({ text, origins }: Unescaped, length: number): Unescaped | undefined {
  const pieces: string[] = [];
  const newOrigins: number[] = [];
  let from = 0;
  const copy = (until: number): void => {
    pieces.push(text.slice(from, until));
    for (let offset = from; offset < until; offset++) newOrigins.push(origins ? (origins[offset] ?? length) : offset);
  };
  for (const match of text.matchAll(escapes)) {
    const [escape, percent, unicode, braced, byte, hexEntity, entity, name = '', escaped] = match;
    copy(match.index);
    from = match.index + escape.length;
    const hex = percent ?? unicode ?? braced ?? byte ?? hexEntity;
    const code = hex === undefined ? Number(entity) : parseInt(hex, 16);
    const char =
      escaped ?? entities[name.toLowerCase()] ?? (code > 0 && code < 0xffff ? String.fromCharCode(code) : '');
    pieces.push(char);
    if (char !== '') newOrigins.push(origins ? (origins[match.index] ?? length) : match.index);
  }
  if (from === 0) return undefined;
  copy(text.length);
  return { text: pieces.join(''), origins: newOrigins };
}

function originalRange({ origins }: Unescaped, start: number, end: number, length: number): Range {
  return origins ? { start: origins[start] ?? length, end: origins[end] ?? length } : { start, end };
}

function replaceRanges(text: string, ranges: readonly Range[]): string {
  if (ranges.length === 0) return text;
  let result = '';
  let position = 0;
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    if (start > position || position === 0) result += text.slice(position, start) + redacted;
    position = Math.max(position, end);
  }
  return result + text.slice(position);
}

function replaceWord(text: string, key: string): string {
  const literal = key.replace(/[^\w]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\w-])${literal}(?![\\w-])`, 'g'), redacted);
}
