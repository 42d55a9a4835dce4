import { visibleText } from '../../engine/gateway/visibleText';

const defaultLength = 200;

/** Returns foreign text for a label of VS Code: one line without anything hidden in it, and without icons. */
export function plainLabel(text: string, maxLength = defaultLength): string {
  // VS Code draws `$(name)` as an icon, but not with a word joiner in it, which has no glyph.
  return visibleText(text, maxLength).replaceAll('$(', '$\u2060(');
}
