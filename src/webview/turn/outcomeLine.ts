import { hasArrived, type PanelStrings, type TurnState } from '../../shared/protocol';
import { button, element } from '../util/element';
import type { PageContext } from '../pageContext';

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
    case 'failed':
    case 'connecting':
    case 'streaming':
    case 'waiting':
    case 'offline':
    case 'resuming':
      return undefined;
  }
}
