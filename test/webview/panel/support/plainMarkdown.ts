import type { createStreamingMarkdown } from '../../../../src/webview/markdown/streamingMarkdown';

/** The renderer's contract with plain text in place of Markdown, and a record of what was asked of it. */
export function plainMarkdown(calls: string[] = []): typeof createStreamingMarkdown {
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
      finish: () => {
        if (!finished) calls.push('finish');
        finished = true;
        show();
      },
      get text() {
        return text;
      },
    };
  };
}
