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
import { type Card, createActions, createCardSlot, type DetailsContext } from './card';
import { showGatewayNote } from './gatewayNote';
import { createTurnActions } from './turnActions';
import { type CardContext, createToolCalls, createTurnCard } from './turnCards';
import { createTurnSummary } from './turnSummary';
import { createTurnTexts, type TurnTexts } from './turnTexts';

/** The host is used until the turn knows its gateway. */
interface TurnViewContext extends Omit<CardContext, keyof DetailsContext> {
  readonly queued: boolean;
  readonly versions: readonly string[];
}

export interface TurnView {
  readonly elements: readonly HTMLElement[];
  readonly texts: TurnTexts;
  render(state: TurnState, viewContext: TurnViewContext): void;
  dispose(): void;
}

/** @param currentState returns the state of the turn, which may be ahead of the one on screen */
export function createTurnView(context: PageContext, exchangeId: string, currentState: () => TurnState): TurnView {
  const { strings } = context;
  const texts = createTurnTexts(context, exchangeId);
  const resumePoint = element('p', { class: 'note', 'data-part': 'resumed' });
  const switched = element('p', { class: 'note', 'data-part': 'switch' });
  const cutPrompt = element('p', { class: 'note', 'data-part': 'cut-prompt' });
  const effort = element('p', { class: 'note', 'data-part': 'effort' });
  const gateway = createCardSlot(context);
  const progress = createProgressLine(context, exchangeId, texts);
  const timeline = createTimeline(context, currentState);
  const summary = createTurnSummary(context, timeline);
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

  const showActions = (
    { phase, finishReason, text }: TurnState,
    { queued, isLatest, isSummary, columnModel, versions }: TurnViewContext,
  ): void => {
    // Leaves out *Regenerate* if the answer ended at the token limit, because the outcome line of the latest turn
    // already has a button that restarts the answer.
    const isColumn = columnModel !== undefined;
    const canRegenerate = phase === 'done' && !isColumn && !isSummary && !(isLatest && finishReason === 'length');
    const hasEnded = !isRunning(phase);
    const options = {
      queued,
      canRegenerate,
      canUse: isColumn && hasEnded && text !== '',
      hasAnswer: phase === 'done' || (hasEnded && text !== ''),
      text: hasEnded ? text : '',
      versions: hasEnded ? versions : [],
    };
    actions.show(Object.values(options).flat(), () => createTurnActions(context, exchangeId, options));
  };

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
    render: (state, viewContext) => {
      const { queued, isLatest, summaryOffer, columnModel } = viewContext;
      const { phase, failure, schedule, wait } = state;
      // A scheduled prompt goes to the gateway in the settings, whichever gateway its last attempt used.
      const host = (schedule ? undefined : state.gateway?.label) ?? viewContext.host;
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
      const target = schedule ? `${schedule.id} ${schedule.exceedsBudget === true} ${host}` : state.gateway?.id;
      card.show(
        [phase, failure, target, isLatest, summaryOffer, ...(wait ? [...waitKey(wait), wait.source, wait.hintMs] : [])],
        () => createTurnCard(context, exchangeId, state, { ...viewContext, host, currentState, timeline }),
      );
      // Follows the card, because a wait card that is removed measures the height of the turn.
      const hasCard = card.element.hasChildNodes();
      progress.update(state, queued, hasCard);
      summary.update(state, hasCard, columnModel !== undefined);
      timeline.refresh();
      showActions(state, viewContext);
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
function createProgressLine(context: PageContext, exchangeId: string, { pause }: Pick<TurnTexts, 'pause'>) {
  const { strings, clock, announcer, isReadOnly } = context;
  const offer = createCardSlot(context);
  const createOffer = (): Card => {
    announcer.announce(strings.announceGatewayOffer);
    const buttons = createActions(context, exchangeId, { buttons: ['switchGateway'], more: [] });
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
    update: (state: TurnState, queued: boolean, hasCard: boolean) => {
      counted = state;
      show = () => {
        const progress = hasCard ? '' : describeProgress(context, state, clock.now());
        const text = queued ? strings.queued : progress;
        if (text !== '' && state.phase === 'streaming') pause();
        setText(line, text);
        const isOffered = !queued && !isReadOnly() && offersGateway(state, clock.now());
        offer.show([isOffered], () => (isOffered ? createOffer() : undefined));
      };
      show();
      // A wait or a queued turn changes nothing in the line as time passes.
      setTicking(isRunning(state.phase) && !state.wait && !queued);
    },
    dispose: () => {
      setTicking(false);
      offer.dispose();
    },
  };
}
