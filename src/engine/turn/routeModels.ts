import type { Route } from '../request';

/** Stands for every other model in the names of a gateway, see `Route.models`. */
export const everyOther = '*';

/** A model as a request names it. */
export interface SentModel {
  readonly name: string;
  /** Whether the gateway uses this model in place of the one that the user chose. */
  readonly isSubstitute: boolean;
}

/**
 * Returns the model that is sent over a route. A model that the gateway lists and the primary gateway lacks was chosen
 * from the list of this gateway, so no other model takes its place.
 */
export function modelAt(route: Route, model: string, primary: Route | undefined): SentModel {
  const name = route.models?.get(model);
  if (name !== undefined) return { name, isSubstitute: false };
  const substitute = route.models?.get(everyOther) ?? model;
  const isListedOnlyHere = route.lists?.(model) === true && primary?.lists?.(model) === false;
  return substitute === model || isListedOnlyHere
    ? { name: model, isSubstitute: false }
    : { name: substitute, isSubstitute: true };
}

/** Returns whether the gateway may have the model. An unknown model list counts against no gateway but the others of one that the settings name. */
export function mayOffer(route: Route, model: string, routes: readonly Route[]): boolean {
  if (route.models?.has(model) || route.models?.has(everyOther) || namesModel(route, model)) return true;
  return route.lists?.(model) ?? !routes.some((other) => namesModel(other, model));
}

/** Returns whether the settings say that the gateway has a model of this name. */
function namesModel({ models }: Route, name: string): boolean {
  return models !== undefined && [...models.values()].includes(name);
}
