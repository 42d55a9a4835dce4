import type { Commands } from '../commands';
import { textIn } from '../settings/userPrompts';
import { addGateway } from './addGateway';
import type { ManageGatewaysDeps } from './gatewayActions';
import { manageGateways } from './manageGateways';

export function registerGateways(deps: ManageGatewaysDeps) {
  return {
    'holysheep.addGateway': () => addGateway(deps),
    /** @param argument base URL of the gateway that has the focus at first */
    'holysheep.manageGateways': (argument) => manageGateways(deps, textIn(argument)),
  } satisfies Commands;
}
