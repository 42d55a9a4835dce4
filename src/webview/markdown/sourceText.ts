/**
 * Turns raw pieces into the text that is parsed: newlines and NUL as CommonMark wants them. A character whose meaning
 * depends on the next piece (a carriage return, the first half of a surrogate pair) is held back until that is here.
 */
export class SourceText {
  private held = '';

  push(raw: string): string {
    const text = this.held + raw;
    const whole = endsUndecided(text) ? text.slice(0, -1) : text;
    this.held = text.slice(whole.length);
    return normalise(whole);
  }

  /** Nothing more will come: what was held back counts as it is. */
  end(): string {
    const rest = normalise(this.held);
    this.held = '';
    return rest;
  }
}

function endsUndecided(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last === 0x0d || (last >= 0xd800 && last <= 0xdbff);
}

function normalise(text: string): string {
  return text.replace(/\r\n?/g, '\n').replaceAll('\0', '\uFFFD');
}
