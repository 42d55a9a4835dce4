import { isRunning, totalsOf, type TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { createTimeline, hasTimeline, isEventful, type Timeline, timingText } from '../timeline/timeline';
import { button, element } from '../util/element';
import { type Card, createCardSlot } from './cardParts';

/** What there is to say of a turn beside its answer: all of it when it is over, before that only if it is bumpy. */
interface TurnSummary {
  readonly element: HTMLElement;
  update(state: TurnState): void;
  dispose(): void;
}

export function createTurnSummary(context: PageContext, exchangeId: string): TurnSummary {
  const root = element('div', { class: 'turn-summary' });
  const timelineSlot = createCardSlot(context, root);
  const footerSlot = createCardSlot(context, root);
  let shown: TurnState | undefined;
  let timeline: Timeline | undefined;
  return {
    element: root,
    update: (state) => {
      if (state === shown) return;
      shown = state;
      // The footer stays behind a timeline that is added now.
      footerSlot.dispose();
      const running = isRunning(state.phase);
      const showsTimeline = running ? isEventful(state) : hasTimeline(state);
      // The same one to the end: it stays open where it was opened.
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

const copiedForMs = 1500;

/** Under an answer that is over, whole or partial: what it cost, how long it took, all of it as Markdown, what was asked as code. */
function createTurnFooter(context: PageContext, exchangeId: string, state: TurnState): Card {
  const { strings, clock, post, announcer } = context;
  let forget = (): void => undefined;
  const copy = button(strings.copy, 'quiet', () => {
    post({ type: 'copy', text: state.text });
    announcer.announce(strings.copied);
    // A mark beside the caption: a caption that changes would rename the button under the hand.
    copy.dataset['copied'] = strings.copied;
    forget();
    forget = clock.after(copiedForMs, () => delete copy.dataset['copied']);
  });
  const code = button(strings.getCode, 'quiet', () => post({ type: 'copyRequest', exchangeId }));
  code.title = strings.getCodeHint;
  const facts = footerFacts(context, state).map((fact) => element('span', {}, fact));
  const parts = state.text ? [...facts, copy, code] : [...facts, code];
  return { element: element('footer', { class: 'turn-footer' }, ...parts), dispose: () => forget() };
}

function footerFacts(context: PageContext, state: TurnState): string[] {
  const { strings, format } = context;
  const facts: string[] = [];
  const { usage } = totalsOf(state);
  if (usage) {
    const template = format.plural(usage.promptTokens, strings.summaryUsageOne, strings.summaryUsage);
    facts.push(template.replace('{1}', () => format.count(usage.completionTokens)));
  }
  // Where nothing else is to be told, it is what the timeline is opened by.
  const time = isEventful(state) ? timingText(context, state) : undefined;
  return time === undefined ? facts : [...facts, time];
}
