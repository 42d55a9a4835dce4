import { isUnsent } from '../../shared/describe';
import { describeTurn } from '../../shared/describeTurn';
import { fillTemplate } from '../../shared/format';
import { hasPartialAnswer, isRunning, type TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { hasTimeline, type Timeline } from '../timeline/timeline';
import { button, element, setText, svgIcon } from '../util/element';
import { createCardSlot } from './card';
import type { ShownAnswer } from './shownAnswer';

/**
 * Creates the summary line of a turn, which sums up the attempts and waits and opens the timeline. A failed or waiting
 * turn has no summary line, because its card contains the timeline. A prompt that is scheduled or was not sent has
 * nothing to sum up.
 */
export function createTurnSummary(context: PageContext, { isCompared }: ShownAnswer, timeline: Timeline) {
  const slot = createCardSlot(context);
  const timelinePlace = element('div.turn-timeline');
  const full = element('span.full-text');
  const short = element('span.short-text');
  const toggle = button([full, short, svgIcon('chevronRight')], 'quiet turn-summary', () => {
    timeline.setOpen(!timeline.isOpen);
    showOpen();
    // The timeline of a compared answer opens above this button, and might be out of view.
    if (isCompared) timelinePlace.scrollIntoView({ block: 'nearest' });
  });
  const showOpen = (): void => {
    toggle.setAttribute('aria-expanded', String(timeline.isOpen));
    timelinePlace.hidden = !timeline.isOpen;
  };
  const mayShow = (state: TurnState, hasCard: boolean): boolean => {
    const isPending = isUnsent(state) || (state.phase === 'scheduled' && !hasPartialAnswer(state));
    if (!isRunning(state.phase)) return state.phase !== 'failed' && !isPending && hasTimeline(state);
    // While text arrives, the summary line is hidden, because it is below the text and would move with every new line.
    return !hasCard && (state.phase !== 'streaming' || timeline.isOpen) && hasTimeline(state);
  };
  return {
    /** Summary line with the button that opens the timeline. */
    element: slot.element,
    /** Element that contains the timeline while the summary line is shown. */
    timelinePlace,
    /**
     * Shows or hides the summary line.
     * @param hasCard whether the turn has a card
     */
    update: (state: TurnState, hasCard: boolean): void => {
      const description = mayShow(state, hasCard) ? describeTurn(context, state, isCompared) : undefined;
      const isShown = description !== undefined && (!isRunning(state.phase) || description.isEventful);
      showOpen();
      if (isShown) {
        setText(full, description.full);
        setText(short, description.short);
        toggle.title = fillTemplate(context.strings.timelineLabel, description.full);
      }
      slot.show([isShown], () => {
        timelinePlace.replaceChildren(...(isShown ? [timeline.element] : []));
        return isShown ? { element: toggle } : undefined;
      });
    },
    dispose: () => slot.dispose(),
  };
}
