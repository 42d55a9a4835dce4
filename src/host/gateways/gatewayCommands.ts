import { textIn } from '../../engine/json';
import type { Commands } from '../commands';
import { addGateway, type GatewayDeps } from './addGateway';
import { GatewayList } from './manageGateways';

export function registerGateways(deps: GatewayDeps) {
  let list: GatewayList | undefined;
  return {
    'holysheep.addGateway': () => addGateway(deps),
    /** @param argument base URL of the gateway that has the focus at first */
    'holysheep.manageGateways': (argument) => {
      if (!list?.isOpen) list = new GatewayList(deps);
      return list.show(textIn(argument));
    },
  } satisfies Commands;
}
