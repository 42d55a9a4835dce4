import type { PanelStrings } from '../../shared/protocol';
import { element, later, setText } from '../util/element';
import type { StreamingMarkdown } from '../markdown/streamingMarkdown';

/** What the model thought: closed unless it is asked for, and absent unless there is some. */
interface ReasoningView {
  readonly element: HTMLElement;
  append(text: string): void;
  show(whole: string): void;
  /** `shown` is called when all of it is on screen. */
  finish(shown: () => void): void;
  /** The model thinks and has not begun to answer. */
  setThinking(thinking: boolean): void;
  dispose(): void;
}

export function createReasoningView(
  strings: PanelStrings,
  create: (root: HTMLElement) => StreamingMarkdown,
): ReasoningView {
  const summary = element('summary', {}, strings.reasoning);
  const root = element('div', { class: 'reasoning-text' });
  const details = element('details', { class: 'reasoning', 'data-part': 'reasoning', hidden: '' }, summary, root);
  const text = later(() => create(root));
  return {
    element: details,
    append: (more) => {
      details.hidden = false;
      text.get().append(more);
    },
    show: (whole) => {
      details.hidden = whole === '';
      if (whole !== '' || text.made) showText(text.get(), whole);
    },
    finish: (shown) => {
      if (text.made) text.made.finish(shown);
      else shown();
    },
    setThinking: (thinking) => setText(summary, thinking ? strings.reasoningRunning : strings.reasoning),
    dispose: () => text.made?.dispose(),
  };
}

/** Makes `text` what is shown, with the least change. Looks at all of it: for snapshots and endings, not for tokens. */
export function showText(markdown: StreamingMarkdown, text: string): void {
  const shown = markdown.text;
  if (text === shown) return;
  if (text.startsWith(shown)) markdown.append(text.slice(shown.length));
  else markdown.replace(text);
}
