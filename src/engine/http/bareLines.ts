const errorField = 'error:';
/** The beginning of a bare line, or what may become one with the next piece. */
const bareStart = String.raw`(?:[{[]|error:|e(?:r(?:r(?:or?)?)?)?$)`;
const bareLater = new RegExp(`[\\n\\r]${bareStart}`);
const bareNow = new RegExp(`^${bareStart}`);

/**
 * Converts lines that are not valid server-sent events into events. new-api writes an error as a line of JSON without
 * `data:` once the stream has begun; others use an `error:` field. Parsers drop both.
 */
export class BareLines {
  private atLineStart = true;
  private afterReturn = false;
  /** Whether an event that began with a bare line is open, and whether it spans several lines. */
  private bare: 'none' | 'begun' | 'continued' = 'none';
  /** The current line so far. */
  private line = '';
  /** The beginning of a line that may become `error:`. */
  private held = '';

  /** @param text the next piece of the stream */
  convert(text: string): string {
    const all = this.held + text;
    if (all === '') return '';
    this.held = '';
    const isBare = this.bare !== 'none' || (this.atLineStart && bareNow.test(all)) || this.hasBareLine(all);
    const converted = isBare ? this.convertLines(all) : all;
    if (!isBare) this.atLineStart = endsLine(all);
    this.afterReturn = all.endsWith('\r');
    return converted;
  }

  /** Avoids the slower pattern for most pieces of the body, which consist of complete events. */
  private hasBareLine(text: string): boolean {
    const isUsual = text.endsWith('\n') && !text.includes('\r');
    if (!isUsual) return bareLater.test(text);
    return text.includes('\n{') || text.includes('\n[') || text.includes('\nerror:');
  }

  private convertLines(text: string): string {
    let converted = '';
    text.split(/(?<=\n|\r(?!\n))/).forEach((line, index) => {
      // The second half of a line end that was split.
      if (index === 0 && line === '\n' && this.afterReturn) converted += line;
      else if (this.atLineStart && line.length < errorField.length && errorField.startsWith(line)) this.held = line;
      else converted += this.convertLine(line);
    });
    return converted;
  }

  private convertLine(line: string): string {
    let converted = this.atLineStart ? this.convertStart(line) : line;
    if (!this.atLineStart) this.line += line;
    this.atLineStart = endsLine(line);
    if (this.atLineStart && this.bare !== 'none' && this.isComplete()) {
      this.bare = 'none';
      converted += '\n';
    }
    return converted;
  }

  private convertStart(line: string): string {
    this.line = line;
    if (this.bare !== 'none' && /^[ \t}\]]/.test(line)) {
      this.bare = 'continued';
      return `data: ${line}`;
    }
    // The event before may lack its blank line.
    const end = this.bare === 'none' || line.trim() === '' ? '' : '\n';
    this.bare = bareNow.test(line) ? 'begun' : 'none';
    if (this.bare === 'none') return `${end}${line}`;
    if (!line.startsWith(errorField)) return `\ndata: ${line}`;
    return `\nevent: error\ndata:${line.slice(errorField.length)}`;
  }

  /** Whether the JSON has ended. JSON that spans several lines ends with a bracket that is not indented. */
  private isComplete(): boolean {
    const { line } = this;
    if (line.startsWith(errorField)) return true;
    return this.bare === 'begun' ? /[}\]]\s*$/.test(line.slice(-20)) : /^[}\]]/.test(line);
  }
}

function endsLine(text: string): boolean {
  return text.endsWith('\n') || text.endsWith('\r');
}
