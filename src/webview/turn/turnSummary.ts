import { isRunning, totalsOf, type TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { createTimeline, hasTimeline, isEventful, type Timeline, timingText } from '../timeline/timeline';
import { button, element } from '../util/element';
import { type Card, createCardSlot } from './cardParts';

/**
 * The timeline and the footer of a turn. A running turn has no footer, and shows a timeline only once it has waited,
 * been retried or been continued.
 */
interface TurnSummary {
  readonly element: HTMLElement;
  update(state: TurnState): void;
  dispose(): void;
}

/** Creates the timeline and the footer below an answer. */
export function createTurnSummary(context: PageContext, exchangeId: string): TurnSummary {
  const root = element('div', { class: 'turn-summary' });
  const timelineSlot = createCardSlot(context, root);
  const footerSlot = createCardSlot(context, root);
  let currentState: TurnState | undefined;
  let timeline: Timeline | undefined;
  return {
    element: root,
    update: (state) => {
      if (state === currentState) return;
      currentState = state;
      // Removes the footer, because a new timeline is appended at the end and must come before the footer. A turn that
      // needs a footer gets a new one below.
      footerSlot.dispose();
      const running = isRunning(state.phase);
      const showsTimeline = running ? isEventful(state) : hasTimeline(state);
      // Keeps the element of the timeline, so that a timeline which the user has opened stays open.
      timelineSlot.show([showsTimeline], () => (timeline = showsTimeline ? createTimeline(context) : undefined));
      timeline?.update(state);
      if (running || (state.phase !== 'done' && state.text === '')) return;
      footerSlot.show([state], () => createTurnFooter(context, exchangeId, state));
    },
    dispose: () => {
      timelineSlot.dispose();
      footerSlot.dispose();
    },
  };
}

/** Time for which the *Copy* button shows that the answer was copied, in milliseconds. */
const copiedMarkMs = 1500;

/** Creates the footer of a finished answer: tokens, price, duration, and buttons that copy the answer or the request. */
function createTurnFooter(context: PageContext, exchangeId: string, state: TurnState): Card {
  const { strings, clock, post, announcer } = context;
  let cancelReset = (): void => undefined;
  const copyButton = button(strings.copy, 'quiet', () => {
    post({ type: 'copy', text: state.text });
    announcer.announce(strings.copied);
    // Uses a mark beside the caption to show that the answer was copied, because a changed caption would change the
    // accessible name of the button.
    copyButton.dataset['copied'] = strings.copied;
    cancelReset();
    cancelReset = clock.after(copiedMarkMs, () => delete copyButton.dataset['copied']);
  });
  const codeButton = button(strings.getCode, 'quiet', () => post({ type: 'copyRequest', exchangeId }));
  codeButton.title = strings.getCodeHint;
  const details = footerDetails(context, state).map((detail) => element('span', {}, detail));
  const parts = state.text ? [...details, copyButton, codeButton] : [...details, codeButton];
  return { element: element('footer', { class: 'turn-footer' }, ...parts), dispose: () => cancelReset() };
}

function footerDetails(context: PageContext, state: TurnState): string[] {
  const { strings, format } = context;
  const details: string[] = [];
  const { usage } = totalsOf(state);
  if (usage && usage.promptTokens + usage.completionTokens > 0) {
    const template = format.plural(usage.promptTokens, strings.summaryUsageOne, strings.summaryUsage);
    details.push(template.replace('{1}', () => format.count(usage.completionTokens)));
  }
  if (usage?.cost) details.push(format.cost(usage.cost));
  // If the turn had no waits, retries or resumed parts, the caption of its timeline shows the duration, so the footer
  // does not repeat it.
  const time = isEventful(state) ? timingText(context, state) : undefined;
  return time === undefined ? details : [...details, time];
}
