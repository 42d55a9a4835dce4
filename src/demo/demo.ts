import { startGateway, type Gateway } from './gateway';
import { demoModels, demoScript, type Compositions } from './scenarios';

export type { ComposedFault, FaultName } from './composedFaults';
export { faultKinds, faultNames } from './composedFaults';
export { play, type ReplyWire } from './exchange';
export type { Gateway } from './gateway';
export { demoModels, demoScript, fallbackModel, type DemoModel } from './scenarios';
export type { GatewayRequest, Script } from './script';

/** Starts the gateway of the offline demo on a free port of the loopback address. It keeps no request. */
export function startDemo(compositions?: Compositions): Promise<Gateway> {
  return startGateway({
    script: demoScript(compositions),
    models: demoModels.map(({ id }) => id),
    keepsRequests: false,
  });
}
