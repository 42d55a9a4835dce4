import { describeRouteSwitches, effectiveRouteSwitches } from '../../shared/describe';
import { isRunning, type TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, svgIcon } from '../util/element';
import type { CardSlot } from './card';

/**
 * Shows the note about switches of the route. If the latest answer came over a backup route because of a fault, the note
 * has a button that removes the route from the settings.
 */
export function showRouteNote(
  { strings, post, isReadOnly, focusComposer }: PageContext,
  slot: CardSlot,
  state: TurnState,
  isLatest: boolean,
): void {
  const { phase } = state;
  const { to: route = '', reason = 'user' } = effectiveRouteSwitches(state).at(-1) ?? {};
  const isRemovable = reason !== 'user' && isLatest && phase === 'done' && !isReadOnly();
  const text = isRunning(phase) ? '' : describeRouteSwitches(strings, state);
  slot.show([text, isRemovable], () => {
    if (text === '') return undefined;
    const note = element('p', { class: 'note', 'data-part': 'route' }, svgIcon('info'), text);
    if (isRemovable) {
      const remove = button(strings.removeBackup, 'quiet link-button', () => {
        post({ type: 'removeBackup', route });
        focusComposer();
        remove.remove();
      });
      note.append(' ', remove);
    }
    return { element: note };
  });
}
