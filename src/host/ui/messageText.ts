import type { Localize } from '../../engine/engine';
import { visibleText } from '../../engine/gateway/visibleText';

/** For words that are quoted within a sentence, which has a full stop of its own. Three of them are no full stop. */
export function withoutFullStop(words: string): string {
  return words.replace(/(?<!\.)\.$|。$/, '');
}

/** VS Code makes links of `[text](target)` in a notification, of commands too: what others have written has none. */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}

const defaultMaxLength = 200;

/** Returns foreign text for a label of VS Code: one line without anything hidden in it, and without icons. */
export function plainLabel(text: string, maxLength = defaultMaxLength): string {
  return withoutIcons(visibleText(text, maxLength));
}

/** Returns text for a label that VS Code draws no icons in: with a word joiner, which has no glyph, `$(name)` is none. */
export function withoutIcons(text: string): string {
  return text.replaceAll('$(', '$\u2060(');
}

const maxSeconds = 90;

/** How long something takes, in words: `4.1 s`, `37 s`, `1 min 40 s`. */
export function spokenDuration(ms: number, localize: Localize): string {
  const tenths = Math.round(Math.max(0, ms) / 100) / 10;
  const seconds = tenths < 10 ? tenths : Math.round(tenths);
  if (seconds <= maxSeconds) return localize('{0} s', { 0: seconds });
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  return rest === 0 ? localize('{0} min', { 0: minutes }) : localize('{0} min {1} s', { 0: minutes, 1: rest });
}
