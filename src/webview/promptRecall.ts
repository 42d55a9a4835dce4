import type { PromptHistory } from './promptHistory';

/** Arrows leave the text only at its edge, and only when nothing would be overwritten that can't come back. */
export function recallPrompt(
  key: string,
  input: HTMLTextAreaElement,
  history: PromptHistory,
): { readonly text: string; readonly caret: number } | undefined {
  const { value, selectionStart, selectionEnd } = input;
  if (selectionStart !== selectionEnd) return undefined;
  if (key === 'ArrowUp' && (value === '' || history.browsing) && !value.slice(0, selectionStart).includes('\n')) {
    const text = history.back();
    if (text === undefined) return undefined;
    // The end of the first line: the next arrow up goes on, and so does typing.
    const lineEnd = text.indexOf('\n');
    return { text, caret: lineEnd < 0 ? text.length : lineEnd };
  }
  if (key === 'ArrowDown' && history.browsing && !value.slice(selectionEnd).includes('\n')) {
    const text = history.forward();
    return text === undefined ? undefined : { text, caret: text.length };
  }
  return undefined;
}
