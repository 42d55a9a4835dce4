import { localize } from '../localize';
import { takeAway, type TakeAwayDeps } from '../takeAway/takeAway';
import type { Command } from './command';
import { copyRequestArgument } from './copyRequestArgument';

/** Of the current conversation, the last one unless the user chooses another; returns the code. */
export function copyRequestCommand(deps: TakeAwayDeps): Command {
  return {
    id: 'holysheep.copyRequest',
    async execute(argument: unknown): Promise<string | undefined> {
      const language = copyRequestArgument(argument, localize);
      return takeAway(deps, { language });
    },
  };
}
