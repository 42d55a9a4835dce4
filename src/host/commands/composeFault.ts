import { composeFault, type ComposeFaultDeps } from '../demo/faultComposer';
import type { Command } from './command';

export function composeFaultCommand(deps: ComposeFaultDeps): Command {
  return {
    id: 'holysheep.composeFault',
    execute: () => composeFault(deps),
  };
}
