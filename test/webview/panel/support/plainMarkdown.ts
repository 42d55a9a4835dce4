import type { PageContext } from '../../../../src/webview/pageContext';

/** Characters that don't fit into one slice. */
export const lengthy = 1000;

/** The renderer's contract with plain text in place of Markdown, and a record of what was asked of it. */
export function plainMarkdown(calls: string[] = []): PageContext['createMarkdown'] {
  return (root, options) => {
    let text = '';
    let finished = false;
    root.toggleAttribute('data-can-apply', options.canApply);
    const show = (): void => options.schedule(() => (root.textContent = text));
    const change = (call: string, next: string): void => {
      finished = false;
      calls.push(call);
      text = next;
      show();
    };
    return {
      append: (more) => change(`append ${more}`, text + more),
      replace: (whole) => change(`replace ${whole}`, whole),
      finish: (shown) => {
        if (!finished) calls.push('finish');
        finished = true;
        const end = (): void => {
          root.textContent = text;
          shown?.();
        };
        if (text.length > lengthy && options.slice) options.slice(end);
        else end();
      },
      pause: () => undefined,
      dispose: () => calls.push('dispose'),
      get text() {
        return text;
      },
    };
  };
}
