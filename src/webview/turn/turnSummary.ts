import { initialTurn, isRunning, totalsOf, type TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { createTimeline, hasTimeline, isEventful, timelineCaption, timingText } from '../timeline/timeline';
import { button, element, setText } from '../util/element';
import { type Card, createCardSlot } from './card';

/** A running turn has no footer, and shows a timeline only once it has waited, been retried or been continued. */
interface TurnSummary {
  readonly element: HTMLElement;
  update(state: TurnState): void;
  dispose(): void;
}

export function createTurnSummary(context: PageContext, exchangeId: string): TurnSummary {
  const timeline = createCardSlot(context);
  const footer = createCardSlot(context);
  let currentState = initialTurn;
  return {
    element: element('div', { class: 'turn-summary' }, timeline.element, footer.element),
    update: (state) => {
      if (state === currentState) return;
      currentState = state;
      const running = isRunning(state.phase);
      const hasFooter = !running && (state.phase === 'done' || state.text !== '');
      const showsTimeline = running ? isEventful(state) : hasTimeline(state);
      timeline.show([showsTimeline], () =>
        showsTimeline ? createTimelineDisclosure(context, () => currentState) : undefined,
      );
      footer.show([hasFooter && state], () => (hasFooter ? createTurnFooter(context, exchangeId, state) : undefined));
    },
    dispose: () => {
      timeline.dispose();
      footer.dispose();
    },
  };
}

function createTimelineDisclosure(context: PageContext, currentState: () => TurnState): Card {
  const timeline = createTimeline(context, currentState);
  const caption = element('summary', {}, timelineCaption(context, currentState()));
  const details = element('details', { class: 'timeline' }, caption, timeline.element);
  details.addEventListener('toggle', () => timeline.setOpen(details.open));
  const refresh = (): void => {
    setText(caption, timelineCaption(context, currentState()));
    timeline.refresh();
  };
  return { element: details, refresh, dispose: () => timeline.dispose() };
}

/** Time for which the *Copy* button shows that the answer was copied, in milliseconds. */
const copiedMarkMs = 1500;

function createTurnFooter(context: PageContext, exchangeId: string, state: TurnState): Card {
  const { strings, clock, post, announcer } = context;
  let cancelReset = (): void => undefined;
  const copyButton = button(strings.copy, 'quiet', () => {
    post({ type: 'copy', text: state.text });
    announcer.announce(strings.copied);
    // A mark beside the caption, because a changed caption would change the accessible name.
    copyButton.dataset['copied'] = strings.copied;
    cancelReset();
    cancelReset = clock.after(copiedMarkMs, () => delete copyButton.dataset['copied']);
  });
  const codeButton = button(strings.getCode, 'quiet', () => post({ type: 'copyRequest', exchangeId }));
  codeButton.title = strings.getCodeHint;
  const details = footerDetails(context, state).map((detail) => element('span', {}, detail));
  const buttons = state.text ? [copyButton, codeButton] : [codeButton];
  return {
    element: element('footer', { class: 'turn-footer' }, ...details, ...buttons),
    dispose: () => cancelReset(),
  };
}

function footerDetails(context: PageContext, state: TurnState): readonly string[] {
  const { strings, format } = context;
  const { usage } = totalsOf(state);
  const details: string[] = [];
  if (usage && usage.promptTokens + usage.completionTokens > 0) {
    const template = format.plural(usage.promptTokens, strings.summaryUsageOne, strings.summaryUsage);
    details.push(template.replace('{1}', () => format.count(usage.completionTokens)));
  }
  if (usage?.cost) details.push(format.cost(usage.cost));
  // The caption of the timeline shows the duration of a turn without waits, retries or resumed parts.
  const timing = isEventful(state) ? timingText(context, state) : undefined;
  return timing === undefined ? details : [...details, timing];
}
