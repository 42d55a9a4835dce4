const errorField = 'error:';
/** The beginning of a bare line, or what may become one with the next piece. */
const bareStart = String.raw`(?:\{|error:|e(?:r(?:r(?:or?)?)?)?$)`;
const bareLater = new RegExp(`[\\n\\r]${bareStart}`);
const bareNow = new RegExp(`^${bareStart}`);

/**
 * Turns lines of a server-sent stream that have no place in one into events. new-api and others write an error as a
 * bare line of JSON once the stream has begun, or under a field `error`, which a parser of such streams drops.
 */
export class BareLines {
  private atLineStart = true;
  /** A bare line has begun and not ended: its end ends the event. */
  private inBareLine = false;
  /** The beginning of a line that may become `error:`. */
  private held = '';

  /** @param text the next piece of the stream */
  convert(text: string): string {
    const all = this.held + text;
    if (all === '') return '';
    this.held = '';
    const bare = this.inBareLine || (this.atLineStart && bareNow.test(all)) || bareLater.test(all);
    if (bare) return this.convertLines(all);
    this.atLineStart = endsLine(all);
    return all;
  }

  private convertLines(text: string): string {
    let converted = '';
    for (const line of text.split(/(?<=\n|\r(?!\n))/)) {
      if (this.atLineStart && line.length < errorField.length && errorField.startsWith(line)) {
        this.held = line;
        break;
      }
      if (this.atLineStart && line.startsWith('{')) converted += this.begin('data: ', line);
      else if (this.atLineStart && line.startsWith(errorField)) {
        converted += this.begin('event: error\ndata:', line.slice(errorField.length));
      } else converted += line;
      this.atLineStart = endsLine(line);
      if (this.atLineStart && this.inBareLine) {
        converted += '\n';
        this.inBareLine = false;
      }
    }
    return converted;
  }

  /** The event before a bare line may lack its blank line. */
  private begin(field: string, rest: string): string {
    this.inBareLine = true;
    return `\n${field}${rest}`;
  }
}

function endsLine(text: string): boolean {
  return text.endsWith('\n') || text.endsWith('\r');
}
