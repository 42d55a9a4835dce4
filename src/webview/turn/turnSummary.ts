import { minDisplayedMs } from '../../shared/describe';
import { fill } from '../../shared/format';
import { isRunning, segmentsOf, totalsOf, type TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { createTimeline } from '../timeline/timeline';
import { button, element, lazy, svgIcon } from '../util/element';
import { type Card, createCardSlot } from './card';

interface TurnSummary {
  /** Contains the button that opens the timeline. */
  readonly element: HTMLElement;
  /** Contains the timeline while it is open. */
  readonly timeline: HTMLElement;
  update(state: TurnState): void;
  dispose(): void;
}

/** Sums up a turn that has ended. The card of a failed or waiting turn contains the timeline instead. */
export function createTurnSummary(context: PageContext): TurnSummary {
  const slot = createCardSlot(context);
  const timeline = element('div', { class: 'turn-timeline' });
  return {
    element: slot.element,
    timeline,
    update: (state) => {
      const isShown = !isRunning(state.phase) && state.phase !== 'failed' && hasLedger(state);
      slot.show([isShown && state], () => (isShown ? createSummaryButton(context, state, timeline) : undefined));
    },
    dispose: () => slot.dispose(),
  };
}

/** Returns whether the turn has made an attempt or has waited for one. */
function hasLedger(state: TurnState): boolean {
  return segmentsOf(state).some(({ ledger }) => ledger.entries.length > 0 || ledger.waits.length > 0);
}

function createSummaryButton(context: PageContext, state: TurnState, within: HTMLElement): Card {
  const timeline = lazy(() => createTimeline(context, () => state));
  const { full, short } = describeTurn(context, state);
  const toggle = button('', 'quiet', () => {
    const isOpen = toggle.getAttribute('aria-expanded') === 'false';
    toggle.setAttribute('aria-expanded', String(isOpen));
    timeline.get().setOpen(isOpen);
    within.replaceChildren(...(isOpen ? [timeline.get().element] : []));
  });
  toggle.classList.add('turn-summary');
  toggle.title = fill(context.strings.timelineLabel, full);
  toggle.setAttribute('aria-expanded', 'false');
  toggle.append(
    element('span', { class: 'summary-full' }, full),
    element('span', { class: 'summary-short' }, short),
    svgIcon('chevronRight'),
  );
  return {
    element: toggle,
    dispose: () => {
      timeline.value?.dispose();
      within.replaceChildren();
    },
  };
}

/** Returns a complete description of how long a turn took and why, and the most important part of it. */
function describeTurn({ strings, format }: PageContext, state: TurnState): Readonly<Record<'full' | 'short', string>> {
  const { attempts, waitedMs, firstTokenMs, ms, usage } = totalsOf(state);
  const duration = format.duration(ms);
  // An attempt that continues an answer at the request of the user is no retry.
  const retries = attempts - segmentsOf(state).filter((segment) => segment.attempts > 0).length;
  const waited = waitedMs >= minDisplayedMs ? [fill(strings.summaryWait, format.duration(waitedMs))] : [];
  const retried = retries > 0 ? [format.plural(retries, strings.summaryRetry, strings.summaryRetries)] : [];
  const { promptTokens = 0, completionTokens = 0, cost = 0 } = usage ?? {};
  const tokens =
    promptTokens + completionTokens > 0 ? [format.count(promptTokens), format.count(completionTokens)] : [];
  const full = [
    ...(attempts > 1 ? [format.plural(attempts, strings.totalsAttemptsOne, strings.totalsAttempts)] : []),
    ...waited,
    ...(firstTokenMs === undefined ? [] : [fill(strings.summaryFirstToken, format.duration(firstTokenMs))]),
    duration,
    ...(tokens.length > 0 ? [fill(strings.summaryTokens, tokens.join(' → '))] : []),
    ...(cost > 0 ? [format.cost(cost)] : []),
  ];
  const reason = [...retried, ...waited].slice(0, 1);
  const short =
    reason.length > 0 || tokens.length === 0
      ? [...reason, duration]
      : [duration, fill(strings.summaryTokens, format.count(completionTokens))];
  return { full: full.join(' · '), short: short.join(' · ') };
}
