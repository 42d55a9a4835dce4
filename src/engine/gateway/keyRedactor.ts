import { redacted, redactLookalikes } from './apiKey';

/**
 * If a text contains only the beginning of an API key, this part is removed if it has at least this number of
 * characters.
 */
const minPrefixChars = 12;
/**
 * Minimum length, in characters, of an API key that is removed even inside a word. Shorter keys, such as those of local
 * servers ("none", "test"), are removed only as complete words.
 */
const minDistinctiveChars = 8;

/**
 * Minimum length of an API key that is also removed from answers, in characters. A shorter key could be an ordinary
 * word.
 */
const minSecretChars = 10;

/**
 * The end of a streamed text is held back if it could be the start of an API key and has at least this length, in
 * characters. With a lower minimum, ordinary words would be held back.
 */
const minHeldChars = 5;

/**
 * Removes all API keys of this session from the text that a gateway sends. Gateways repeat keys in errors, headers,
 * answers and model names. They write a key unchanged, in upper or lower case, encoded as in a URL or in JSON, and
 * sometimes without its end.
 */
export class KeyRedactor {
  private keys: readonly string[] = [];
  private pattern: RegExp | undefined;
  /**
   * The patterns for streamed text. They are compiled when the first answer needs them, because compiling takes longer
   * than all other preparation of an answer.
   */
  private patterns: KeyPatterns | undefined;

  constructor(keys: Iterable<string> = []) {
    for (const key of keys) this.add(key);
  }

  add(key: string): void {
    if (key === '' || this.keys.includes(key)) return;
    // The longest API key comes first. Otherwise, only a part of it might be removed if it contains another key.
    this.keys = [...this.keys, key].sort((a, b) => b.length - a.length);
    const secrets = this.keys.filter(isSecret);
    const words = this.keys.filter((known) => !isSecret(known)).map(wordPattern);
    const starts = secrets.length > 0 ? [startPattern(secrets, minPrefixChars)] : [];
    this.pattern = new RegExp([...starts, ...words].join('|'), 'gi');
    this.patterns = undefined;
  }

  /** Returns the text without this session's API keys, bearer tokens and everything else that looks like a key. */
  redact(text: string): string {
    return redactLookalikes(this.redactKnown(text));
  }

  /** Returns the text without the API keys of this session. Valid JSON remains valid. */
  redactKnown(text: string): string {
    return this.pattern ? text.replace(this.pattern, redacted) : text;
  }

  /**
   * Returns a filter that removes API keys from streamed text. Returns undefined if all keys are so simple that a model
   * could write them by chance, such as `none`.
   * @param previous the filter of the preceding text, for instance of an answer whose stream broke
   */
  createFilter(previous?: KeyFilter): KeyFilter | undefined {
    const patterns = (this.patterns ??= keyPatterns(this.keys.filter(isSecret)));
    return patterns && new KeyFilter(patterns, previous);
  }
}

/** Returns the patterns for streamed text, or undefined if there are no API keys to remove from it. */
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
  /**
   * Matches a text if one of the other two patterns matches. This pattern is tested first, because most texts contain
   * no API key.
   */
  readonly any: RegExp;
  /**
   * Matches an API key or its beginning anywhere in a text. A beginning that is too short to be removed doesn't match.
   */
  readonly removable: RegExp;
  /** Matches the end of a text if it could be the start of an API key. */
  readonly possibleStart: RegExp;
}

/**
 * Removes API keys from a text that arrives in pieces, even a key that is split between pieces. A piece is returned
 * immediately unless its end could be the start of a key.
 */
export class KeyFilter {
  /** End of the streamed text if this end could be the start of an API key, otherwise an empty string. */
  private tail: string;
  /** Number of characters of `tail` that have already been returned. The characters after them are held back. */
  private passedChars: number;

  constructor(
    private readonly patterns: KeyPatterns,
    previous?: KeyFilter,
  ) {
    this.tail = previous?.tail ?? '';
    this.passedChars = previous?.passedChars ?? 0;
  }

  /** The text that is held back. If it is an API key, the replacement for the key. */
  get heldText(): string {
    return this.withoutKeys(this.tail);
  }

  /** Adds a text that the user already sees. The filter doesn't return this text again. */
  skip(text: string): void {
    this.push(text);
    this.passedChars = this.tail.length;
  }

  /**
   * Adds a piece of streamed text.
   * @returns the text that can be shown now
   */
  push(piece: string): string {
    const { tail, passedChars } = this;
    const { any, possibleStart } = this.patterns;
    // Most pieces contain no part of an API key and are returned unchanged.
    if (tail === '' && !any.test(piece)) return piece;
    const text = tail + piece;
    const match = possibleStart.exec(text);
    const start = match?.index ?? text.length;
    const complete = this.withoutKeys(text.slice(0, start));
    this.tail = text.slice(start);
    // A very short start of an API key is returned at once. Otherwise, ordinary words would be held back.
    const passedTo = this.tail.length < minHeldChars ? text.length : Math.max(start, passedChars);
    this.passedChars = passedTo - start;
    return complete + text.slice(Math.max(start, passedChars), passedTo);
  }

  /** Returns the text that is held back, and forgets it. Call this after the last piece. */
  flush(): string {
    const { heldText } = this;
    this.tail = '';
    this.passedChars = 0;
    return heldText;
  }

  /**
   * Removes keys from a text that begins with `tail`. Leaves out the characters of `tail` that have already been
   * returned.
   */
  private withoutKeys(text: string): string {
    const { passedChars } = this;
    const redactKey = (key: string, offset: number): string =>
      key.slice(0, Math.max(0, passedChars - offset)) + redacted;
    return text.replace(this.patterns.removable, redactKey).slice(passedChars);
  }
}

/** Returns whether an API key is too long or too random to be an ordinary word such as `lm-studio`. */
function isSecret(key: string): boolean {
  return key.length >= 20 || (key.length >= minSecretChars && (/\d/.test(key) || /^(?:hsa|sk)-/.test(key)));
}

/** Returns a pattern for a complete API key that could be an ordinary word. */
function wordPattern(key: string): string {
  const pattern = startPattern([key], Infinity);
  return key.length >= minDistinctiveChars ? pattern : `(?<![\\w-])${pattern}(?![\\w-])`;
}

/**
 * Returns a pattern for the longest start of an API key that has at least `minChars` characters or is the complete key.
 * Keys with the same beginning share a part of the pattern. With separate alternatives, one key could match only the
 * beginning of another key, and the rest of that key would remain in the text.
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

/**
 * Returns a pattern for one character of an API key: unchanged, encoded as in a URL, or as in JSON, where a backslash
 * escapes `"`, `\` or `/`.
 */
function charPattern(char: string): string {
  if (/\w/.test(char)) return char;
  const spellings = [encodeURIComponent(char.toWellFormed()), `\\${char}`, char];
  return `(?:${spellings.map((spelling) => spelling.replace(/[^\w]/g, '\\$&')).join('|')})`;
}

/**
 * Returns the pattern of `charPattern` for a character. At the end of a text, the pattern also matches the first part
 * of an encoded character, such as `%2` for `%2F`.
 */
function splitCharPattern(char: string): string {
  return /\w/.test(char) ? char : `(?:${charPattern(char)}|(?:%\\w?|\\\\)$)`;
}
