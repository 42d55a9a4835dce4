import type { PanelStrings } from '../../shared/panelStrings';
import type { RecordedEvent, TurnState } from '../../shared/protocol';
import type { MarkdownOptions, StreamingMarkdown } from '../markdown/streamingMarkdown';
import type { PageContext } from '../pageContext';
import { disclosure, element, setText } from '../util/element';
import type { ShownAnswer } from './shownAnswer';

export type TurnTexts = ReturnType<typeof createTurnTexts>;

export function createTurnTexts(context: PageContext, { id: answerId, exchange }: ShownAnswer) {
  const { strings, post, clock } = context;
  const root = element('div', { 'data-part': 'answer' });
  const onCodeAction: MarkdownOptions['onCodeAction'] = (action, text, language) => {
    if (action === 'copy') context.copy(text);
    else if (action === 'insert' || action === 'insertIntoTerminal') post({ type: action, text });
    else if (action === 'apply') post({ type: 'apply', answerId, text });
    else post({ type: 'newFile', text, language });
  };
  const options = {
    clock,
    labels: strings,
    // A turn without an exchange writes a summary. The link definitions of a summary are shown as text, because
    // requests contain them.
    showsDefinitions: !exchange,
    onCodeAction,
    onLink: (href: string) => post({ type: 'openLink', href }),
  };
  const answer = context.createMarkdown(root, { ...options, canApply: true });
  const reasoning = createReasoningView(strings, (within) =>
    context.createMarkdown(within, { ...options, canApply: false }),
  );
  return {
    answer: root,
    reasoning: reasoning.element,
    apply: (event: RecordedEvent, before: TurnState, after: TurnState): void => {
      if (event.type === 'text') answer.append(event.text);
      else if (after.reasoningAttempt !== before.reasoningAttempt) reasoning.show(after.reasoning);
      else if (event.type === 'reasoning') reasoning.append(event.text);
      else if (event.type === 'replaced') answer.replace(event.text);
      else if (event.type === 'cut') answer.pause();
    },
    /** Renders the texts of a snapshot. Text that has not changed keeps its elements. */
    show: (state: TurnState): void => {
      updateText(answer, state.text);
      reasoning.show(state.reasoning);
    },
    /** Renders the remaining text of the turn. Calls `onShown`, immediately or later, when all text is on screen. */
    finish: (onShown: () => void): void => reasoning.finish(() => answer.finish(onShown)),
    /** Sets whether the model is still reasoning and has not started the answer. */
    setThinking: reasoning.setThinking,
    /** Renders the queued text with the next frame, because more text might not arrive for a while. */
    pause: (): void => answer.pause(),
  };
}

function createReasoningView(strings: PanelStrings, create: (root: HTMLElement) => StreamingMarkdown) {
  const caption = element('span', strings.reasoning);
  const root = element('div.reasoning-text');
  const details = disclosure(caption, 'reasoning', root);
  details.dataset['part'] = 'reasoning';
  details.hidden = true;
  let text: StreamingMarkdown | undefined;
  return {
    element: details,
    append: (delta: string) => {
      details.hidden = false;
      (text ??= create(root)).append(delta);
    },
    show: (reasoning: string) => {
      details.hidden = reasoning === '';
      if (reasoning !== '' || text) updateText((text ??= create(root)), reasoning);
    },
    finish: (onShown: () => void) => {
      if (text) text.finish(onShown);
      else onShown();
    },
    setThinking: (thinking: boolean) => setText(caption, thinking ? strings.reasoningRunning : strings.reasoning),
  };
}

/**
 * Updates the rendered text. This function compares the complete texts, so it is meant for snapshots and finished
 * answers, not for every token.
 */
function updateText(markdown: StreamingMarkdown, text: string): void {
  const current = markdown.text;
  if (text === current) return;
  if (text.startsWith(current)) markdown.append(text.slice(current.length));
  else markdown.replace(text);
}
