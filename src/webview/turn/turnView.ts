import {
  describeCutPrompt,
  describeRefusedImages,
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

export type TurnView = ReturnType<typeof createTurnView>;

export function createTurnView(context: PageContext, answer: ShownAnswer) {
  const texts = createTurnTexts(context, answer);
  const notes = Object.entries(noteTexts).map(([part, textOf]) => {
    const note = element('p.note', { 'data-part': part });
    return { note, textOf };
  });
  const gateway = createCardSlot(context);
  const progress = createProgressLine(context, answer, texts);
  const timeline = createTimeline(context, () => answer.state);
  const summary = createTurnSummary(context, answer, timeline);
  const toolCalls = createCardSlot(context);
  const card = createCardSlot(context);
  const actions = createCardSlot(context);
  // When the turn ends, the buttons replace the progress line in the same row, so that nothing moves.
  const row = element('div.turn-row', progress.element, progress.gatewayOffer, actions.element, summary.element);

  return {
    elements: [
      texts.reasoning,
      texts.answer,
      ...notes.map(({ note }) => note),
      gateway.element,
      toolCalls.element,
      card.element,
      // The row of a compared answer stays in view at the end of its column, so its timeline opens above the row.
      ...(answer.isCompared ? [summary.timelinePlace, row] : [row, summary.timelinePlace]),
    ],
    texts,
    render: (state: TurnState): void => {
      const { isLatest, summaryOffer } = answer;
      const { phase, failure, schedule, wait } = state;
      texts.setThinking(isRunning(state.phase) && state.text === '');
      // Notes are shown only after the turn has ended. A note below text that is still growing would move with every
      // line.
      const hasEnded = !isRunning(phase);
      for (const { note, textOf } of notes) setNote(note, hasEnded ? textOf(context, state) : '');
      showGatewayNote(context, gateway, state, isLatest);
      toolCalls.show(
        state.toolCalls.map(({ name }) => name),
        () => createToolCalls(context, state.toolCalls),
      );
      const target = schedule
        ? `${schedule.id} ${schedule.exceedsBudget === true} ${context.host()}`
        : state.gateway?.id;
      card.show(
        [phase, failure, target, isLatest, summaryOffer, ...(wait ? [...waitKey(wait), wait.source, wait.hintMs] : [])],
        () => createTurnCard(context, answer, state, timeline),
      );
      // When a wait card is removed, the height of the turn is measured. The progress line and the summary line are
      // updated afterwards, so that they don't add to this height.
      const hasCard = card.element.hasChildNodes();
      progress.update(state, hasCard);
      summary.update(state, hasCard);
      timeline.refresh();
      showTurnActions(context, actions, answer, state);
    },
    dispose: (): void => {
      for (const part of [gateway, toolCalls, card, actions, summary, timeline, progress]) part.dispose();
    },
  };
}

const noteTexts: Readonly<Record<string, (context: PageContext, state: TurnState) => string>> = {
  resumed: (context, { resumePoints }) => describeResumePoints(context, resumePoints),
  switch: ({ strings }, state) => describeModelSwitches(strings, state),
  'cut-prompt': describeCutPrompt,
  'refused-images': describeRefusedImages,
  // For the selected model, the note appears only in the turn in which the gateway refused the effort. In later turns,
  // the reasoning effort button shows the level that is sent.
  effort: (context, { model, ledger: { entries } }) =>
    entries[0]?.refusedEffort && model === context.model()
      ? ''
      : describeRefusedEffort(context.strings, entries.at(-1)),
};

function setNote(note: HTMLElement, text: string): void {
  if (note.textContent !== text) note.replaceChildren(...(text === '' ? [] : [svgIcon('info'), text]));
}

/**
 * Creates the line that counts the seconds while the gateway sends nothing. The line is not a live region, because
 * screen readers would announce every second.
 */
function createProgressLine(context: PageContext, answer: ShownAnswer, texts: TurnTexts) {
  const { strings, clock, announcer, isReadOnly } = context;
  const offer = createCardSlot(context);
  const createOffer = (): Card => {
    announcer.announce(strings.announceGatewayOffer);
    const buttons = createActions(context, answer.id, { buttons: ['switchGateway'], more: [] });
    return { element: element('div.gateway-offer', ...buttons) };
  };
  const line = element('p.progress', { 'data-part': 'progress' });
  // The selector contains `data-state`, because a summary without it has not been drawn yet.
  const queuedText = (): string =>
    document.querySelector('.summary[data-state][aria-busy]') ? strings.queuedAfterSummary : strings.queued;
  let show = (): void => undefined;
  let countedState: TurnState | undefined;
  const setTicking = createTicker(
    clock,
    () => show(),
    () => msUntilNextSecond(countedState, clock.now()),
  );
  return {
    element: line,
    gatewayOffer: offer.element,
    update: (state: TurnState, hasCard: boolean) => {
      const { isQueued } = answer;
      countedState = state;
      show = () => {
        const progress = hasCard ? '' : describeProgress(context, state, clock.now());
        const text = isQueued ? queuedText() : progress;
        if (text !== '' && state.phase === 'streaming') texts.pause();
        setText(line, text);
        const isOffered = !isQueued && !isReadOnly() && offersGateway(state, clock.now());
        offer.show([isOffered], () => (isOffered ? createOffer() : undefined));
      };
      show();
      // The line of a waiting or queued turn does not change as time passes, so it needs no timer.
      setTicking(isRunning(state.phase) && !state.wait && !isQueued);
    },
    dispose: () => {
      setTicking(false);
      offer.dispose();
    },
  };
}
