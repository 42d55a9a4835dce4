import {
  describeCutPrompt,
  describeModelSwitches,
  describeProgress,
  describeResumePoints,
  msUntilNextSecond,
  offersGateway,
} from '../../shared/describe';
import { describeRefusedEffort } from '../../shared/describeEffort';
import { isRunning, type TurnState, waitKey } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { createTimeline } from '../timeline/timeline';
import { element, setText, svgIcon } from '../util/element';
import { createTicker } from '../util/ticker';
import { type Card, createActions, createCardSlot } from './card';
import { showGatewayNote } from './gatewayNote';
import type { ShownAnswer } from './shownAnswer';
import { showTurnActions } from './turnActions';
import { createToolCalls, createTurnCard } from './turnCards';
import { createTurnSummary } from './turnSummary';
import { createTurnTexts, type TurnTexts } from './turnTexts';

export interface TurnView {
  readonly elements: readonly HTMLElement[];
  readonly texts: TurnTexts;
  /** @param state the state to show */
  render(state: TurnState): void;
  dispose(): void;
}

export function createTurnView(context: PageContext, answer: ShownAnswer): TurnView {
  const { strings } = context;
  const texts = createTurnTexts(context, answer.id);
  const resumePoint = element('p', { class: 'note', 'data-part': 'resumed' });
  const switched = element('p', { class: 'note', 'data-part': 'switch' });
  const cutPrompt = element('p', { class: 'note', 'data-part': 'cut-prompt' });
  const effort = element('p', { class: 'note', 'data-part': 'effort' });
  const gateway = createCardSlot(context);
  const progress = createProgressLine(context, answer, texts);
  const timeline = createTimeline(context, () => answer.state);
  const summary = createTurnSummary(context, answer, timeline);
  const toolCalls = createCardSlot(context);
  const card = createCardSlot(context);
  const actions = createCardSlot(context);
  // The buttons take the place of the progress line, so that nothing moves when the turn ends.
  const row = element(
    'div',
    { class: 'turn-row' },
    progress.element,
    progress.gatewayOffer,
    actions.element,
    summary.element,
  );

  return {
    elements: [
      texts.reasoning,
      texts.answer,
      resumePoint,
      switched,
      cutPrompt,
      effort,
      gateway.element,
      toolCalls.element,
      card.element,
      row,
      summary.timelinePlace,
    ],
    texts,
    render: (state) => {
      const { isLatest, summaryOffer } = answer;
      const { phase, failure, schedule, wait } = state;
      texts.setThinking(isRunning(state.phase) && state.text === '');
      // A note below text that is still growing would move with every line.
      const hasEnded = !isRunning(phase);
      setNote(resumePoint, hasEnded ? describeResumePoints(context, state.resumePoints) : '');
      setNote(switched, hasEnded ? describeModelSwitches(strings, state) : '');
      setNote(cutPrompt, hasEnded ? describeCutPrompt(context, state) : '');
      setNote(effort, hasEnded ? describeRefusedEffort(strings, state.ledger.entries.at(-1)) : '');
      showGatewayNote(context, gateway, state, isLatest);
      toolCalls.show(
        state.toolCalls.map(({ name }) => name),
        () => createToolCalls(context, state.toolCalls),
      );
      const target = schedule ? `${schedule.id} ${schedule.exceedsBudget === true} ${answer.host}` : state.gateway?.id;
      card.show(
        [phase, failure, target, isLatest, summaryOffer, ...(wait ? [...waitKey(wait), wait.source, wait.hintMs] : [])],
        () => createTurnCard(context, answer, state, timeline),
      );
      // Follows the card, because a wait card that is removed measures the height of the turn.
      const hasCard = card.element.hasChildNodes();
      progress.update(state, hasCard);
      summary.update(state, hasCard);
      timeline.refresh();
      showTurnActions(context, actions, answer, state);
    },
    dispose: () => {
      for (const part of [gateway, toolCalls, card, actions, summary, timeline, progress, texts]) part.dispose();
    },
  };
}

function setNote(note: HTMLElement, text: string): void {
  if (note.textContent !== text) note.replaceChildren(...(text === '' ? [] : [svgIcon('info'), text]));
}

/** Counts the seconds while the gateway sends nothing. Not a live region, because it would announce every second. */
function createProgressLine(context: PageContext, answer: ShownAnswer, texts: TurnTexts) {
  const { strings, clock, announcer, isReadOnly } = context;
  const offer = createCardSlot(context);
  const createOffer = (): Card => {
    announcer.announce(strings.announceGatewayOffer);
    const buttons = createActions(context, answer.id, { buttons: ['switchGateway'], more: [] });
    return { element: element('div', { class: 'gateway-offer' }, ...buttons) };
  };
  const line = element('p', { class: 'progress', 'data-part': 'progress' });
  let show = (): void => undefined;
  let counted: TurnState | undefined;
  const setTicking = createTicker(
    clock,
    () => show(),
    () => msUntilNextSecond(counted, clock.now()),
  );
  return {
    element: line,
    gatewayOffer: offer.element,
    update: (state: TurnState, hasCard: boolean) => {
      const { isQueued } = answer;
      counted = state;
      show = () => {
        const progress = hasCard ? '' : describeProgress(context, state, clock.now());
        const text = isQueued ? strings.queued : progress;
        if (text !== '' && state.phase === 'streaming') texts.pause();
        setText(line, text);
        const isOffered = !isQueued && !isReadOnly() && offersGateway(state, clock.now());
        offer.show([isOffered], () => (isOffered ? createOffer() : undefined));
      };
      show();
      // A wait or a queued turn changes nothing in the line as time passes.
      setTicking(isRunning(state.phase) && !state.wait && !isQueued);
    },
    dispose: () => {
      setTicking(false);
      offer.dispose();
    },
  };
}
