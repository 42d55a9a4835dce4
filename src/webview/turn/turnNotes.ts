import type { PanelStrings } from '../../shared/panelStrings';
import { type ModelSwitch, type TurnState, visibleText, hasArrived } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element, button } from '../util/element';
import { fill } from '../util/format';
import type { Card } from './cardParts';

/** That another model answers than the one that was asked, and why. Empty: it is the same, or none has answered. */
export function switchText(strings: PanelStrings, { switches, phase, text }: TurnState): string {
  if (phase === 'failed' && text === '') return '';
  return switches.map(({ from, to, reason }) => fill(template(strings, reason), from, to)).join(' ');
}

function template(strings: PanelStrings, reason: ModelSwitch['reason']): string {
  switch (reason) {
    case 'user':
      return strings.switchedByUser;
    case 'overloaded':
      return strings.switchedOverloaded;
    default:
      return strings.switchedFailing;
  }
}

/**
 * That an answer was put together from parts, and why: under it, for what is inside is the model's. Empty: it is of
 * one piece.
 */
export function seamText(
  { strings, format }: Pick<PageContext, 'strings' | 'format'>,
  { seams }: Pick<TurnState, 'seams'>,
): string {
  if (seams.length === 0) return '';
  const cuts = seams.filter(({ cutMessage }) => cutMessage !== undefined);
  const [only] = cuts;
  // Where a person has gone on with an answer that was over, nothing broke.
  if (only?.cutMessage === undefined) return strings.seamCount;
  return cuts.length > 1
    ? fill(strings.seamsCount, String(cuts.length))
    : fill(strings.seamAfterCut, only.cutMessage, format.number(only.offset));
}

/** Characters of a tool's name that are shown. */
const maxNameLength = 200;

/** What the model wants done; nothing here does it. A call whose name has not arrived is not told yet. */
export function createToolCalls(strings: PanelStrings, calls: TurnState['toolCalls']): Card | undefined {
  const lines = calls
    .filter(({ name }) => name !== '')
    .map(({ name }) => element('p', { class: 'tool-call' }, fill(strings.toolCall, visibleText(name, maxNameLength))));
  if (lines.length === 0) return undefined;
  return { element: element('div', { class: 'tool-calls' }, ...lines) };
}

/** How a turn ended when it neither failed nor simply finished; on the latest turn with the ways to go on. */
export function createOutcomeLine(
  context: PageContext,
  exchangeId: string,
  state: TurnState,
  alive: boolean,
): HTMLElement | undefined {
  const { strings, post, isReadOnly } = context;
  const text = outcome(context, state);
  if (text === undefined) return undefined;
  const line = element('div', { class: 'outcome' }, element('p', {}, text));
  if (!alive || isReadOnly()) return line;
  const offer = (action: 'continue' | 'restart'): HTMLElement =>
    button(strings[action], 'secondary', () => post({ type: 'action', exchangeId, action }));
  const actions = element('div', { class: 'actions' });
  if (state.text) actions.append(offer('continue'));
  actions.append(offer('restart'));
  line.append(actions);
  return line;
}

/** What a stop has left. */
export function stoppedText(strings: PanelStrings, state: TurnState): string {
  return hasArrived(state) ? strings.stoppedPartial : strings.stopped;
}

function outcome({ strings }: PageContext, state: TurnState): string | undefined {
  switch (state.phase) {
    case 'stopped':
      return stoppedText(strings, state);
    case 'interrupted':
      return hasArrived(state) ? strings.interruptedPartial : strings.interrupted;
    case 'done':
      return state.finishReason === 'length' ? strings.lengthLimit : undefined;
    default:
      return undefined;
  }
}
