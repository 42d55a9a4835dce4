import { startGateway, type Gateway } from './gateway';
import { demoModels, demoScript } from './scenarios';

export { demoModels, type DemoModel } from './scenarios';
export type { Gateway } from './gateway';

/** The gateway of the offline demo, on a free port of the loopback address. */
export function startDemo(): Promise<Gateway> {
  return startGateway({ script: demoScript(), models: demoModels.map(({ id }) => id) });
}
