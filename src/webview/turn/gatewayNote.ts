import { describeGatewaySwitches, effectiveGatewaySwitches } from '../../shared/describe';
import { isRunning, segmentsOf, type TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, svgIcon } from '../util/element';
import type { CardSlot } from './card';

/**
 * Shows the note that the turn has switched the gateway. If the latest answer comes from a backup gateway because of a
 * fault, the note has a button that removes the backup gateway from the settings.
 */
export function showGatewayNote(
  { strings, post, isReadOnly, focusComposer }: PageContext,
  slot: CardSlot,
  state: TurnState,
  isLatest: boolean,
): void {
  const { phase } = state;
  const lastSwitch = effectiveGatewaySwitches(state).at(-1);
  const isByUser = lastSwitch?.reason === 'user';
  const isRemovable = lastSwitch && !isByUser && isLatest && phase === 'done' && !isReadOnly();
  // After the user has switched the gateway, later turns start with the same switch.
  const isRepeated = isByUser && lastSwitch.at === segmentsOf(state)[0]?.startedAt;
  const text = isRepeated || isRunning(phase) ? '' : describeGatewaySwitches(strings, state);
  slot.show([text, isRemovable], () => {
    if (text === '') return undefined;
    const note = element('p.note', { 'data-part': 'gateway' }, svgIcon('info'), text);
    if (isRemovable) {
      const remove = button(strings.removeBackup, 'quiet link-button', () => {
        post({ type: 'removeBackup', gateway: lastSwitch.to.id });
        focusComposer();
        remove.remove();
      });
      note.append(' ', remove);
    }
    return { element: note };
  });
}
