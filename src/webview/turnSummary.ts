import { isRunning, type TurnState } from '../protocol';
import { element } from './element';
import type { PanelContext } from './panelContext';
import { createTimeline, hasTimeline, isEventful, type Timeline } from './timeline';
import { createTurnFooter } from './turnFooter';
import type { Card } from './waitCard';

/** What there is to say of a turn beside its answer: all of it when it is over, before that only if it is bumpy. */
export interface TurnSummary {
  readonly element: HTMLElement;
  update(state: TurnState): void;
  dispose(): void;
}

export function createTurnSummary(context: PanelContext, exchangeId: string): TurnSummary {
  const root = element('div', { class: 'turn-summary' });
  let shown: TurnState | undefined;
  let timeline: Timeline | undefined;
  let footer: Card | undefined;
  const remove = (part: Timeline | Card | undefined): void => {
    if (!part) return;
    const hadFocus = part.element.contains(document.activeElement);
    part.dispose();
    part.element.remove();
    if (hadFocus) context.focusComposer();
  };
  const removeTimeline = (): void => {
    remove(timeline);
    timeline = undefined;
  };
  const removeFooter = (): void => {
    remove(footer);
    footer = undefined;
  };
  return {
    element: root,
    update: (state) => {
      if (state === shown) return;
      shown = state;
      removeFooter();
      const running = isRunning(state.phase);
      if (running ? isEventful(state) : hasTimeline(state)) {
        // The same one to the end: it stays open where it was opened.
        timeline ??= createTimeline(context);
        timeline.update(state);
        if (!timeline.element.parentNode) root.append(timeline.element);
      } else {
        removeTimeline();
      }
      if (running || (state.phase !== 'done' && state.text === '')) return;
      footer = createTurnFooter(context, exchangeId, state);
      root.append(footer.element);
    },
    dispose: () => {
      removeTimeline();
      removeFooter();
    },
  };
}
