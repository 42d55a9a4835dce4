import { redacted, redactLookalikes } from './apiKey';

/** So many leading characters of a key are removed even if the rest of the key does not follow. */
const minPrefixChars = 12;
/** Shorter keys, such as those of local servers ("none", "test"), are removed only as complete words. */
const minDistinctiveChars = 8;

/** Minimum length of a key that is removed from answers, too. */
const minSecretChars = 10;

/**
 * Removes all keys of this session from the text that a gateway sends. Gateways repeat keys in errors, headers, answers
 * and model names: as they are, in upper or lower case, as in a URL or as in JSON, and sometimes without their end.
 */
export class KeyRedactor {
  private keys: readonly string[] = [];
  private pattern: RegExp | undefined;

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
  }

  /** Returns the text with this session's keys, bearer tokens and everything else that looks like a key removed. */
  redact(text: string): string {
    return redactLookalikes(this.redactKnown(text));
  }

  /** Returns the text without the keys of this session. Valid JSON stays valid. */
  redactKnown(text: string): string {
    return this.pattern ? text.replace(this.pattern, redacted) : text;
  }

  /** Returns what creates the filters of an answer, or undefined if a model could write all keys by chance. */
  answerFilters(): (() => KeyFilter) | undefined {
    const secrets = this.keys.filter(isSecret);
    if (secrets.length === 0) return undefined;
    const keys = new RegExp(startPattern(secrets, minPrefixChars), 'gi');
    const starts = secrets.map((key) => key.slice(0, minPrefixChars - 1));
    const start = new RegExp(`${startPattern(starts, 1)}$`, 'i');
    const complete = new RegExp(`^${startPattern(secrets, Infinity)}$`, 'i');
    return () => new KeyFilter(keys, start, complete);
  }
}

/** Removes keys from a text that arrives in pieces, even a key that is split between them. */
export class KeyFilter {
  private held = '';

  /**
   * @param keys matches a key, or a part at its start that must be removed
   * @param start matches a shorter part of a key at the end of a text
   * @param complete matches a complete key
   */
  constructor(
    private readonly keys: RegExp,
    private readonly start: RegExp,
    private readonly complete: RegExp,
  ) {}

  /** Adds a piece. @returns the text that can be passed on now: all but the start of a key at its end */
  push(piece: string): string {
    const text = this.held + piece;
    this.held = '';
    const result = text.length < minSecretChars ? text : this.withoutKeys(text);
    const end = this.held === '' ? result.search(this.start) : -1;
    if (end < 0) return result;
    this.held = result.slice(end);
    return result.slice(0, end);
  }

  private withoutKeys(text: string): string {
    return text.replace(this.keys, (key, offset: number) => {
      if (offset + key.length < text.length || this.complete.test(key)) return redacted;
      this.held = key;
      return '';
    });
  }

  /** Returns the text that is held back, or its replacement if it is a key. Call this when no more pieces follow. */
  flush(): string {
    const rest = this.held.replace(this.keys, redacted);
    this.held = '';
    return rest;
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
function startPattern(keys: readonly string[], minChars: number, position = 0): string {
  const byNextChar = new Map<string, string[]>();
  for (const key of keys) {
    const char = key.charAt(position).toLowerCase();
    if (char !== '') byNextChar.set(char, [...(byNextChar.get(char) ?? []), key]);
  }
  if (byNextChar.size === 0) return '';
  const branches = [...byNextChar].map(
    ([char, group]) => charPattern(char) + startPattern(group, minChars, position + 1),
  );
  const isOptional = position >= minChars || keys.some((key) => key.length === position);
  return `(?:${branches.join('|')})${isOptional ? '?' : ''}`;
}

/** Matches a character of a key as it is, as in a URL, and as in JSON, where `/` may be escaped. */
function charPattern(char: string): string {
  if (/\w/.test(char)) return char;
  const spellings = [encodeURIComponent(char.toWellFormed()), JSON.stringify(char).slice(1, -1), `\\${char}`, char];
  return `(?:${spellings.map((spelling) => spelling.replace(/[^\w]/g, '\\$&')).join('|')})`;
}
