import { joinParts } from '../../shared/describe';
import { describeTurn } from '../../shared/describeTurn';
import { fillTemplate } from '../../shared/format';
import { isRunning, segmentsOf, toMonotonic, type TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { closestElement, element } from '../util/element';
import { formatAxisTime, detailsOf, titleOf } from './partTexts';
import { createTicker } from '../util/ticker';
import { createTimelineChart } from './timelineChart';
import { type AttemptSpan, createSpans, type TurnSpans, type WaitSpan } from './timelineSpans';

export type Timeline = ReturnType<typeof createTimeline>;

/**
 * Creates the timeline of a turn, without a caption. The timeline is closed at first and draws nothing until
 * `setOpen(true)` is called. While the timeline is open and the turn is running, it is drawn again once per second.
 */
export function createTimeline(context: PageContext, currentState: () => TurnState) {
  const chart = element('div');
  const rows = element('div');
  const body = element('div.timeline-body', chart, rows);
  let isOpen = false;
  let markedPart: string | undefined;
  /** Marks a bar of the chart and its row in the table. */
  const mark = (part: string | undefined): void => {
    markedPart = part;
    for (const target of body.querySelectorAll('[data-part]'))
      target.toggleAttribute('data-marked', target.getAttribute('data-part') === part);
  };
  const markAt = ({ target }: Event): void => mark(closestElement(target, '[data-part]')?.dataset['part']);
  body.addEventListener('pointerover', markAt);
  body.addEventListener('pointerleave', () => mark(undefined));
  const draw = (): void => {
    const part = markedPart;
    mark(undefined);
    const state = currentState();
    const now = isRunning(state.phase) ? toMonotonic(state, context.clock.now()) : undefined;
    const spans = createSpans(state, now);
    const label = fillTemplate(context.strings.timelineLabel, describeTurn(context, state).full);
    chart.replaceChildren(...createTimelineChart(context, spans, label));
    const table = createTable(context, spans);
    // An unchanged table is not replaced, so that a selection in it survives.
    if (!rows.firstElementChild?.isEqualNode(table)) rows.replaceChildren(table);
    mark(part);
  };
  const setTicking = createTicker(context.clock, draw);
  const updateTimer = (): void => setTicking(isOpen && isRunning(currentState().phase));
  return {
    element: body,
    get isOpen() {
      return isOpen;
    },
    /** Draws the timeline and keeps it up to date, or stops updating it. The caller must show and hide the element. */
    setOpen: (open: boolean): void => {
      if (open && !isOpen) draw();
      isOpen = open;
      updateTimer();
    },
    /** Must be called when the state of the turn has changed. */
    refresh: (): void => {
      if (isOpen && !isRunning(currentState().phase)) draw();
      updateTimer();
    },
    dispose: (): void => setTicking(false),
  };
}

/** Returns whether the turn has made an attempt, or has waited before its first attempt. */
export function hasTimeline(state: TurnState): boolean {
  return segmentsOf(state).some(({ ledger }) => ledger.entries.length > 0 || ledger.waits.length > 0);
}

function createTable(context: PageContext, { parts }: TurnSpans): HTMLElement {
  const { strings } = context;
  const names = [
    strings.columnAttempt,
    strings.columnStart,
    strings.model,
    strings.columnStatus,
    strings.columnFirstToken,
    strings.columnDuration,
    strings.columnTokens,
    strings.details,
  ];
  const headers = names.map((name) => element('th', { scope: 'col' }, name));
  const rows = parts.map((part, index) => {
    const row = element('tr', { 'data-part': String(index) });
    row.append(
      ...(part.kind === 'wait' ? waitCells(context, part, parts[index - 1]?.to) : attemptCells(context, part)),
    );
    return row;
  });
  return element('table', element('thead', element('tr', ...headers)), element('tbody', ...rows));
}

function startCell(context: PageContext, { from }: AttemptSpan | WaitSpan): HTMLElement {
  return element('td.timeline-at', `+${formatAxisTime(context, from)}`);
}

/** @param from the end of the part before the wait, so that both times are rounded in the same way */
function waitCells(context: PageContext, part: WaitSpan, from = part.from): readonly HTMLElement[] {
  const text = joinParts(titleOf(context, part), ...detailsOf(context, part));
  return [element('td'), startCell(context, { ...part, from }), element('td.timeline-details', { colspan: '6' }, text)];
}

function attemptCells(context: PageContext, part: AttemptSpan): readonly HTMLElement[] {
  const { strings, format } = context;
  const { gateway, number } = part;
  const { model, headers, end } = part.entry;
  const { firstTokenMs, ms, tokens = 0, promptTokens = 0, completionTokens = 0 } = end ?? {};
  const duration = (time: number | undefined): string => (time === undefined ? '' : format.duration(time));
  const usage = `${format.number(promptTokens)} → ${format.number(completionTokens)}`;
  const countedTokens = tokens > 0 ? format.number(tokens) : '';
  // A narrow timeline has no visible column headers. The style sheet then shows this label before the value.
  const labeledCell = (label: string, text: string): HTMLElement => element('td', { 'data-label': label }, text);
  return [
    element('th', { scope: 'row' }, String(number)),
    startCell(context, part),
    element('td.timeline-model', gateway === undefined ? model : `${model} · ${gateway}`),
    element('td', headers ? String(headers.status) : ''),
    labeledCell(strings.columnFirstToken, duration(firstTokenMs)),
    labeledCell(strings.columnDuration, duration(ms)),
    labeledCell(strings.columnTokens, promptTokens + completionTokens > 0 ? usage : countedTokens),
    element('td.timeline-details', joinParts(...detailsOf(context, part))),
  ];
}
