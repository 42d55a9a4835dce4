import { initialTurn, isRunning, runsOf, totalsOf, waitedMs, type TurnState } from '../protocol';
import { element, setText } from './element';
import type { PanelContext } from './panelContext';
import { fill } from './strings';
import { timelineBody } from './timelineBody';
import { worthSayingMs } from './timelineFacts';

/** What the network did, behind one quiet line. */
export interface Timeline {
  readonly element: HTMLDetailsElement;
  update(state: TurnState): void;
  dispose(): void;
}

/** It is drawn when it is opened, and while the turn runs once a second from then on. */
export function createTimeline(context: PanelContext): Timeline {
  const caption = element('summary');
  const body = element('div', { class: 'timeline-body' });
  const details = element('details', { class: 'timeline' }, caption, body);
  let state = initialTurn;
  let stop: (() => void) | undefined;
  const draw = (): void => body.replaceChildren(...timelineBody(context, state));
  const end = (): void => {
    stop?.();
    stop = undefined;
  };
  const follow = (): void => {
    if (details.open && isRunning(state.phase)) stop ??= context.clock.every(1000, draw);
    else end();
  };
  details.addEventListener('toggle', () => {
    if (details.open) draw();
    follow();
  });
  return {
    element: details,
    update: (next) => {
      state = next;
      setText(caption, timelineCaption(context, state));
      if (details.open && !isRunning(state.phase)) draw();
      follow();
    },
    dispose: end,
  };
}

/** There was an attempt, or a wait for one. */
export function hasTimeline(state: TurnState): boolean {
  return runsOf(state).some(({ ledger }) => ledger.entries.length > 0 || ledger.waits.length > 0);
}

/** The network did more than answer. */
export function isEventful({ attempts, earlier, ledger }: TurnState): boolean {
  return attempts > 1 || earlier.length > 0 || ledger.waits.length > 0 || waitedMs(ledger) >= worthSayingMs;
}

/** How long it took; undefined where there is no first word, or no end. */
export function timing({ strings, format }: PanelContext, state: TurnState): string | undefined {
  const { firstTokenMs, ms } = totalsOf(state);
  if (firstTokenMs === undefined || state.endedAt === undefined) return undefined;
  return fill(strings.summaryTiming, format.duration(firstTokenMs), format.duration(ms));
}

function timelineCaption(context: PanelContext, state: TurnState): string {
  const { strings, format } = context;
  if (isRunning(state.phase)) return strings.timelineSoFar;
  if (!isEventful(state)) return timing(context, state) ?? strings.timeline;
  if (state.phase !== 'done') return strings.timeline;
  const { attempts, waitedMs: waited } = totalsOf(state);
  if (attempts <= 1) return fill(strings.summaryWaited, format.duration(waited));
  return waited < worthSayingMs
    ? fill(strings.summaryAttempts, String(attempts))
    : fill(strings.summaryRetried, String(attempts), format.duration(waited));
}
