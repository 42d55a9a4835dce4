import type { GatewayModels } from '../../engine/gateway/modelList';
import { areSameModel, nearestModels } from '../../engine/models/nearestModels';

/** The name that a model of the user may have at a gateway. */
export interface ModelNameProposal {
  readonly here: string;
  readonly there: string;
  /** Whether both names mean the same model. The other model is only similar. */
  readonly isSame: boolean;
}

/** Returns the nearest name for each model that the list of a gateway lacks. */
export function proposeModelNames(
  used: readonly string[],
  { models, facts }: Pick<GatewayModels, 'models' | 'facts'>,
): readonly ModelNameProposal[] {
  return used.flatMap((here) => {
    const [there] = models.includes(here) ? [] : nearestModels(here, models, facts);
    return there === undefined ? [] : [{ here, there, isSame: areSameModel(here, there) }];
  });
}
