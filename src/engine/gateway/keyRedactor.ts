import { redacted, redactLookalikes } from './apiKey';

/** A prefix of a key is removed from this length on, even if the rest of the key does not follow. In characters. */
const minPrefixChars = 12;
/** Shorter keys, such as those of local servers ("none", "test"), are removed only as complete words. */
const minDistinctiveChars = 8;

/** Minimum length of a key that is removed from answers, too. */
const minSecretChars = 10;

/** Number of leading characters that identify a possible key. With fewer, ordinary words would be held back. */
const minHeldChars = 5;

/**
 * Removes all keys of this session from the text that a gateway sends. Gateways repeat keys in errors, headers, answers
 * and model names: as they are, in upper or lower case, as in a URL or as in JSON, and sometimes without their end.
 */
export class KeyRedactor {
  private keys: readonly string[] = [];
  private pattern: RegExp | undefined;
  /** Compiled when the first answer needs them, because compiling takes longer than all other preparation of an answer. */
  private patterns: KeyPatterns | undefined;

  constructor(keys: Iterable<string> = []) {
    for (const key of keys) this.add(key);
  }

  add(key: string): void {
    if (key === '' || this.keys.includes(key)) return;
    // The longest key comes first, because it may contain another key.
    this.keys = [...this.keys, key].sort((a, b) => b.length - a.length);
    const secrets = this.keys.filter(isSecret);
    const words = this.keys.filter((known) => !isSecret(known)).map(wordPattern);
    const starts = secrets.length > 0 ? [startPattern(secrets, minPrefixChars)] : [];
    this.pattern = new RegExp([...starts, ...words].join('|'), 'gi');
    this.patterns = undefined;
  }

  /** Returns the text with this session's keys, bearer tokens and everything else that looks like a key removed. */
  redact(text: string): string {
    return redactLookalikes(this.redactKnown(text));
  }

  /** Returns the text without the keys of this session. Valid JSON stays valid. */
  redactKnown(text: string): string {
    return this.pattern ? text.replace(this.pattern, redacted) : text;
  }

  /**
   * Returns a filter that removes keys from streamed text. Returns undefined if a model could write each of the keys by
   * chance, as with `none`.
   * @param previous the filter of the preceding text, for instance of an answer that was cut off
   */
  createFilter(previous?: KeyFilter): KeyFilter | undefined {
    const patterns = (this.patterns ??= keyPatterns(this.keys.filter(isSecret)));
    return patterns && new KeyFilter(patterns, previous);
  }
}

/** Returns undefined if there are no secrets. */
function keyPatterns(secrets: readonly string[]): KeyPatterns | undefined {
  if (secrets.length === 0) return undefined;
  const removable = startPattern(secrets, minPrefixChars);
  const possibleStart = `${startPattern(secrets, 1, splitCharPattern)}$`;
  return {
    any: new RegExp(`${removable}|${possibleStart}`, 'i'),
    removable: new RegExp(removable, 'gi'),
    possibleStart: new RegExp(possibleStart, 'i'),
  };
}

interface KeyPatterns {
  /** Matches any text that `removable` or `possibleStart` matches. */
  readonly any: RegExp;
  /** Matches the start of a key that is long enough to be removed, anywhere in a text. */
  readonly removable: RegExp;
  /** Matches the end of a text if it may be the start of a key. */
  readonly possibleStart: RegExp;
}

/**
 * Removes keys from a text that arrives in pieces, even a key that is split between them. A piece is passed on
 * immediately unless it ends with what may be the start of a key.
 */
export class KeyFilter {
  /** The end of the text so far if a key may begin with it. */
  private tail: string;
  /** Number of characters at the start of the tail that have been passed on. The others are held back. */
  private passedChars: number;

  constructor(
    private readonly patterns: KeyPatterns,
    previous?: KeyFilter,
  ) {
    this.tail = previous?.tail ?? '';
    this.passedChars = previous?.passedChars ?? 0;
  }

  /** The text that is held back, or its replacement if that text is a key. */
  get heldText(): string {
    return this.withoutKeys(this.tail);
  }

  /** Adds text that is already visible. */
  skip(text: string): void {
    this.push(text);
    this.passedChars = this.tail.length;
  }

  /** Adds a piece. @returns the text that can be passed on now */
  push(piece: string): string {
    const { tail, passedChars } = this;
    const { any, possibleStart } = this.patterns;
    // Most pieces contain no part of a key.
    if (tail === '' && !any.test(piece)) return piece;
    const text = tail + piece;
    const match = possibleStart.exec(text);
    const start = match?.index ?? text.length;
    const complete = this.withoutKeys(text.slice(0, start));
    this.tail = text.slice(start);
    // Passes on a possible start of a key while it is very short, because ordinary words would be held back otherwise.
    const passedTo = this.tail.length < minHeldChars ? text.length : Math.max(start, passedChars);
    this.passedChars = passedTo - start;
    return complete + text.slice(Math.max(start, passedChars), passedTo);
  }

  /** Returns {@link heldText} and releases it. Call this when no more pieces follow. */
  flush(): string {
    const { heldText } = this;
    this.tail = '';
    this.passedChars = 0;
    return heldText;
  }

  /** Returns a text that begins with the tail, without its keys and without the characters that have been passed on. */
  private withoutKeys(text: string): string {
    const { passedChars } = this;
    const redactKey = (key: string, offset: number): string =>
      key.slice(0, Math.max(0, passedChars - offset)) + redacted;
    return text.replace(this.patterns.removable, redactKey).slice(passedChars);
  }
}

/** Whether a key is too long or too random to be an ordinary word such as `lm-studio`. */
function isSecret(key: string): boolean {
  return key.length >= 20 || (key.length >= minSecretChars && (/\d/.test(key) || /^(?:hsa|sk)-/.test(key)));
}

/** Returns a pattern for a complete key that is no secret. */
function wordPattern(key: string): string {
  const pattern = startPattern([key], Infinity);
  return key.length >= minDistinctiveChars ? pattern : `(?<![\\w-])${pattern}(?![\\w-])`;
}

/**
 * Returns a pattern for the longest part at the start of a key that has at least `minChars` characters, or is the
 * complete key. Keys that begin alike share this part of the pattern: in a plain alternation, the first key would match
 * only the common start of another key, and the rest of that key would stay.
 */
function startPattern(keys: readonly string[], minChars: number, patternOf = charPattern, position = 0): string {
  const byNextChar = new Map<string, string[]>();
  for (const key of keys) {
    const char = key.charAt(position).toLowerCase();
    if (char !== '') byNextChar.set(char, [...(byNextChar.get(char) ?? []), key]);
  }
  const branches = [...byNextChar].map(
    ([char, group]) => patternOf(char) + startPattern(group, minChars, patternOf, position + 1),
  );
  const isOptional = position >= minChars || keys.some((key) => key.length === position);
  return `(?:${branches.join('|')})${isOptional ? '?' : ''}`;
}

/** Matches a character of a key as it is, as in a URL, and as in JSON, where a backslash escapes `"`, `\` or `/`. */
function charPattern(char: string): string {
  if (/\w/.test(char)) return char;
  const spellings = [encodeURIComponent(char.toWellFormed()), `\\${char}`, char];
  return `(?:${spellings.map((spelling) => spelling.replace(/[^\w]/g, '\\$&')).join('|')})`;
}

/** Like `charPattern`, but also matches a spelling that the end of the text cuts, as in `%2` for `%2F`. */
function splitCharPattern(char: string): string {
  return /\w/.test(char) ? char : `(?:${charPattern(char)}|(?:%\\w?|\\\\)$)`;
}
