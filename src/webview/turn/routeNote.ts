import { describeRouteSwitches } from '../../shared/describe';
import { isRunning, routeName, routeOf, type TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, svgIcon } from '../util/element';
import type { CardSlot } from './card';

interface RouteNoteContext {
  readonly isLatest: boolean;
  /** Names of the backup routes in the settings. */
  readonly backups?: readonly string[] | undefined;
}

/**
 * Shows the note about switches of the route. If the latest answer came over a backup route, the note has a button that
 * removes the route from the settings.
 */
export function showRouteNote(
  { strings, post, isReadOnly }: PageContext,
  slot: CardSlot,
  state: TurnState,
  { isLatest, backups = [] }: RouteNoteContext,
): void {
  const { phase } = state;
  const route = routeOf(state) ?? '';
  const isBackup = backups.includes(routeName(route));
  const isRemovable = isBackup && isLatest && phase === 'done' && !isReadOnly();
  const text = isRunning(phase) ? '' : describeRouteSwitches(strings, state);
  slot.show([text, isRemovable], () => {
    if (text === '') return undefined;
    const note = element('p', { class: 'note', 'data-part': 'route' }, svgIcon('info'), text);
    if (isRemovable) {
      const remove = button(strings.removeBackup, 'quiet', () => post({ type: 'removeBackup', route }));
      remove.classList.add('link-button');
      note.append(' ', remove);
    }
    return { element: note };
  });
}
