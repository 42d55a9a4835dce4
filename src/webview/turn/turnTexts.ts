import type { PanelStrings } from '../../shared/panelStrings';
import type { RecordedEvent, TurnState } from '../../shared/protocol';
import type { CodeAction } from '../markdown/codeBlock';
import type { StreamingMarkdown } from '../markdown/streamingMarkdown';
import type { PageContext } from '../pageContext';
import { element, lazy, setText } from '../util/element';

/** The texts of a turn: its answer, and what the model thought before. */
export interface TurnTexts {
  readonly answer: HTMLElement;
  readonly reasoning: HTMLElement;
  /** What `event` has added, on the way from `before` to `after`. */
  apply(event: RecordedEvent, before: TurnState, after: TurnState): void;
  /** All of it, with the least change. */
  show(state: TurnState): void;
  /** No more will come; `shown` is called when the last word of it is on screen, at once or later. */
  finish(shown: () => void): void;
  /** The model thinks and has not begun to answer. */
  setThinking(thinking: boolean): void;
  dispose(): void;
}

export function createTurnTexts(context: PageContext, exchangeId: string): TurnTexts {
  const { strings, post, announcer, clock } = context;
  const root = element('div', { 'data-part': 'answer' });
  const onCodeAction = (action: CodeAction, text: string, language: string): void => {
    switch (action) {
      case 'copy':
        announcer.announce(strings.copied);
        post({ type: 'copy', text });
        break;
      case 'insert':
        post({ type: 'insert', text });
        break;
      case 'apply':
        post({ type: 'apply', exchangeId, text });
        break;
      case 'newFile':
        post({ type: 'newFile', text, language });
        break;
    }
  };
  const options = {
    schedule: clock.frame,
    slice: clock.runInNextTask,
    monotonicNow: () => clock.monotonicNow(),
    labels: strings,
    onCodeAction,
    onLink: (href: string) => post({ type: 'openLink', href }),
  };
  const answer = lazy(() => context.createMarkdown(root, { ...options, canApply: true }));
  const reasoning = createReasoningView(strings, (within) =>
    context.createMarkdown(within, { ...options, canApply: false }),
  );
  return {
    answer: root,
    reasoning: reasoning.element,
    apply: (event, before, after) => {
      if (event.type === 'text') answer.get().append(event.text);
      else if (after.reasoningAttempt !== before.reasoningAttempt) reasoning.show(after.reasoning);
      else if (event.type === 'reasoning') reasoning.append(event.text);
      else if (event.type === 'replaced') answer.get().replace(event.text);
      else if (event.type === 'cut' || event.type === 'quiet') answer.value?.pause();
    },
    show: (state) => {
      showText(answer.get(), state.text);
      reasoning.show(state.reasoning);
    },
    finish: (shown) => reasoning.finish(() => answer.get().finish(shown)),
    setThinking: (thinking) => reasoning.setThinking(thinking),
    dispose: () => {
      answer.value?.dispose();
      reasoning.dispose();
    },
  };
}

/** What the model thought: closed unless it is asked for, and absent unless there is some. */
function createReasoningView(strings: PanelStrings, create: (root: HTMLElement) => StreamingMarkdown) {
  const summary = element('summary', {}, strings.reasoning);
  const root = element('div', { class: 'reasoning-text' });
  const details = element('details', { class: 'reasoning', 'data-part': 'reasoning', hidden: '' }, summary, root);
  const text = lazy(() => create(root));
  return {
    element: details,
    append: (more: string) => {
      details.hidden = false;
      text.get().append(more);
    },
    show: (whole: string) => {
      details.hidden = whole === '';
      if (whole !== '' || text.value) showText(text.get(), whole);
    },
    finish: (shown: () => void) => {
      if (text.value) text.value.finish(shown);
      else shown();
    },
    setThinking: (thinking: boolean) => setText(summary, thinking ? strings.reasoningRunning : strings.reasoning),
    dispose: () => text.value?.dispose(),
  };
}

/** Makes `text` what is shown, with the least change. Looks at all of it: for snapshots and endings, not for tokens. */
function showText(markdown: StreamingMarkdown, text: string): void {
  const shown = markdown.text;
  if (text === shown) return;
  if (text.startsWith(shown)) markdown.append(text.slice(shown.length));
  else markdown.replace(text);
}
