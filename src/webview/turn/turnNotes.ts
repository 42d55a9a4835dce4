import { faultLabel, modelSeamTemplate, routeSwitchTemplate, type PanelStrings } from '../../shared/panelStrings';
import {
  type ModelSwitch,
  routeName,
  type RouteSwitch,
  type Seam,
  type TurnState,
  visibleText,
  hasPartialAnswer,
} from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element, button } from '../util/element';
import { fill } from '../util/format';
import type { Card } from './cardParts';

/**
 * Returns a note about which model has replaced the requested model, and why. The note is empty if the model was not
 * switched, or if the turn failed without an answer. A switch that the note about a seam names is left out.
 */
export function switchText(strings: PanelStrings, { switches, seams, phase, text }: TurnState): string {
  if (phase === 'failed' && text === '') return '';
  const others = switches.filter(({ from }) => !seams.some(({ models }) => models?.from === from));
  return others.map(({ from, to, reason }) => fill(switchTemplate(strings, reason), from, to)).join(' ');
}

function switchTemplate(strings: PanelStrings, reason: ModelSwitch['reason']): string {
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
 * Returns a note about which route has replaced the first one, and why. The note is empty if the turn uses its first
 * route, or if it failed without an answer.
 */
export function routeText(strings: PanelStrings, { routeSwitches, phase, text }: TurnState): string {
  if (phase === 'failed' && text === '') return '';
  return withoutDetours(routeSwitches)
    .map((routeSwitch) => routeSwitchText(strings, routeSwitch))
    .join(' ');
}

/** Returns the sentence that says that the turn has switched to another route, and why. */
export function routeSwitchText(strings: PanelStrings, { from, to, reason, row }: RouteSwitch): string {
  const fault = reason === 'user' ? '' : faultLabel(strings, reason, row);
  return fill(routeSwitchTemplate(strings, reason), routeName(to), routeName(from), fault);
}

/** Leaves out the switches after which the turn has returned to a route that it had used before them. */
function withoutDetours(switches: readonly RouteSwitch[]): readonly RouteSwitch[] {
  return switches.reduce<readonly RouteSwitch[]>((path, next) => {
    const returnedAt = path.findIndex(({ from }) => from === next.to);
    return returnedAt < 0 ? [...path, next] : path.slice(0, returnedAt);
  }, []);
}

/**
 * Returns a note that the answer was joined from several parts, why, and which models wrote them. The note is empty for
 * an answer without seams. The note is shown below the answer, because the answer itself must contain only text of the
 * model.
 */
export function seamText(
  context: Pick<PageContext, 'strings' | 'format'>,
  { seams }: Pick<TurnState, 'seams'>,
): string {
  const sameModelText = resumeText(
    context,
    seams.filter(({ models }) => models === undefined),
  );
  const texts = [sameModelText, ...seams.map((seam) => modelSeamText(context, seam))];
  return texts.filter((text) => text !== '').join(' ');
}

/** Returns the sentence about a seam at which another model continued the answer, or an empty text for other seams. */
export function modelSeamText(
  { strings, format }: Pick<PageContext, 'strings' | 'format'>,
  { models, offset }: Seam,
): string {
  if (!models) return '';
  return fill(modelSeamTemplate(strings, models.reason), models.from, models.to, format.number(offset));
}

/** Returns the sentence about the seams at which the same model continued the answer. */
function resumeText({ strings, format }: Pick<PageContext, 'strings' | 'format'>, seams: readonly Seam[]): string {
  if (seams.length === 0) return '';
  const cuts = seams.filter(({ cutMessage }) => cutMessage !== undefined);
  const [firstCut] = cuts;
  // If no seam has the message of a fault, the answer has several parts only because the user pressed *Continue*, so
  // the note does not mention a lost connection.
  if (firstCut?.cutMessage === undefined) return strings.seamCount;
  return cuts.length > 1
    ? fill(strings.seamsCount, String(cuts.length))
    : fill(strings.seamAfterCut, firstCut.cutMessage, format.number(firstCut.offset));
}

/** Maximum length of a tool name on screen, in characters. */
const maxNameLength = 200;

/**
 * Creates the list of tool calls that the model has requested. The extension does not execute them. A tool call is
 * listed only once its name has arrived.
 */
export function createToolCalls(strings: PanelStrings, calls: TurnState['toolCalls']): Card | undefined {
  const lines = calls
    .filter(({ name }) => name !== '')
    .map(({ name }) => element('p', { class: 'tool-call' }, fill(strings.toolCall, visibleText(name, maxNameLength))));
  if (lines.length === 0) return undefined;
  return { element: element('div', { class: 'tool-calls' }, ...lines) };
}

/**
 * Creates the line that shows that a turn was stopped, interrupted or truncated. Returns undefined for other turns.
 * @param isInteractive whether the line has buttons that continue or restart the answer
 */
export function createOutcomeLine(
  context: PageContext,
  exchangeId: string,
  state: TurnState,
  isInteractive: boolean,
): HTMLElement | undefined {
  const { strings, post, isReadOnly } = context;
  const text = outcomeText(context, state);
  if (text === undefined) return undefined;
  const line = element('div', { class: 'outcome' }, element('p', {}, text));
  if (!isInteractive || isReadOnly()) return line;
  const createActionButton = (action: 'continue' | 'restart'): HTMLElement =>
    button(strings[action], 'secondary', () => post({ type: 'action', exchangeId, action }));
  const actions = element('div', { class: 'actions' });
  if (state.text) actions.append(createActionButton('continue'));
  actions.append(createActionButton('restart'));
  line.append(actions);
  return line;
}

/** Returns the message for a stopped turn, which depends on whether a part of the answer has arrived. */
export function stoppedText(strings: PanelStrings, state: TurnState): string {
  return hasPartialAnswer(state) ? strings.stoppedPartial : strings.stopped;
}

function outcomeText({ strings }: PageContext, state: TurnState): string | undefined {
  switch (state.phase) {
    case 'stopped':
      return stoppedText(strings, state);
    case 'interrupted':
      return hasPartialAnswer(state) ? strings.interruptedPartial : strings.interrupted;
    case 'done':
      return state.finishReason === 'length' ? strings.lengthLimit : undefined;
    default:
      return undefined;
  }
}
