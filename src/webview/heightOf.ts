const charactersALine = 90;
const lineHeight = 1.5;

/** About as high as `text` will be when it is rendered: what is below it must not jump far then. */
export function heightOf(text: string): string {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return `${Math.max(lines, Math.ceil(text.length / charactersALine)) * lineHeight}em`;
}
