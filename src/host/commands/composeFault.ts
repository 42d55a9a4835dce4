import type { ComposeFaultDeps } from '../demo/faultComposer';
import type { Command } from './command';

export function composeFaultCommand(deps: ComposeFaultDeps): Command {
  return {
    id: 'holysheep.composeFault',
    async execute() {
      const { composeFault } = await import('../demo/faultComposer');
      return composeFault(deps);
    },
  };
}
