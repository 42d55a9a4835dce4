import type { PageContext } from '../../../../src/webview/pageContext';

/** Maximum length of a text that the renderer finishes in one slice, in characters. */
export const sliceChars = 1000;

/** Creates a renderer of plain text that records its calls in `calls`. */
export function plainMarkdown(calls: string[] = []): PageContext['createMarkdown'] {
  return (root, options) => {
    let text = '';
    let finished = false;
    root.toggleAttribute('data-can-apply', options.canApply);
    root.toggleAttribute('data-shows-definitions', options.showsDefinitions ?? false);
    const show = (): void => options.clock.frame(() => (root.textContent = text));
    const change = (call: string, next: string): void => {
      finished = false;
      calls.push(call);
      text = next;
      show();
    };
    return {
      append: (delta) => change(`append ${delta}`, text + delta),
      replace: (next) => change(`replace ${next}`, next),
      finish: (onShown) => {
        if (!finished) calls.push('finish');
        finished = true;
        const end = (): void => {
          root.textContent = text;
          onShown?.();
        };
        if (text.length > sliceChars) options.clock.runInNextTask(end);
        else end();
      },
      pause: () => calls.push('pause'),
      get text() {
        return text;
      },
    };
  };
}
