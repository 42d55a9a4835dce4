import { describeTurn } from '../../shared/describeLedger';
import { fill } from '../../shared/format';
import { initialTurn, isRunning, type TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { createTimeline, hasTimeline } from '../timeline/timeline';
import { button, element, setText, svgIcon } from '../util/element';
import { createCardSlot, type DetailsContext } from './card';

interface TurnSummary {
  /** Contains the button that opens the timeline. */
  readonly element: HTMLElement;
  readonly timeline: HTMLElement;
  /** @param hasCard whether the turn has a card */
  update(state: TurnState, hasCard: boolean): void;
  dispose(): void;
}

/**
 * Sums up a turn that has ended, and the waits and retries of a running turn. The card of a failed or waiting turn
 * contains the timeline instead.
 */
export function createTurnSummary(context: PageContext, timelineState: DetailsContext['timelineState']): TurnSummary {
  const slot = createCardSlot(context);
  let turn = initialTurn;
  const timeline = createTimeline(context, () => turn);
  const container = element('div', { class: 'turn-timeline' }, timeline.element);
  const full = element('span', { class: 'summary-full' });
  const short = element('span', { class: 'summary-short' });
  const toggle = button([full, short, svgIcon('chevronRight')], 'quiet turn-summary', () => {
    timelineState.isOpen = !timelineState.isOpen;
    setOpen(timelineState.isOpen);
  });
  toggle.setAttribute('aria-expanded', 'false');
  const setOpen = (isOpen: boolean): void => {
    toggle.setAttribute('aria-expanded', String(isOpen));
    container.hidden = !isOpen;
    timeline.setOpen(isOpen);
  };
  const mayShow = (state: TurnState, hasCard: boolean): boolean => {
    if (!isRunning(state.phase)) return state.phase !== 'failed' && hasTimeline(state);
    // Below growing text, the button would move with every line.
    return !hasCard && (state.phase !== 'streaming' || timelineState.isOpen) && hasTimeline(state);
  };
  return {
    element: slot.element,
    timeline: container,
    update: (state, hasCard) => {
      turn = state;
      const description = mayShow(state, hasCard) ? describeTurn(context, state) : undefined;
      const isShown = description !== undefined && (!isRunning(state.phase) || description.isEventful);
      if (isShown) {
        setText(full, description.full);
        setText(short, description.short);
        toggle.title = fill(context.strings.timelineLabel, description.full);
      }
      slot.show([isShown], () => (isShown ? { element: toggle } : undefined));
      setOpen(isShown && timelineState.isOpen);
      timeline.refresh();
    },
    dispose: () => {
      timeline.dispose();
      slot.dispose();
    },
  };
}
