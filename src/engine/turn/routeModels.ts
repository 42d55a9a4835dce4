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

/**
 * Returns the routes whose gateways may have the model. A gateway whose list lacks it is left out only if another gateway
 * has the model, because a list may lack aliases. A gateway whose list is unknown may have the model, unless the settings
 * name the model at another gateway.
 */
export function routesFor<R extends Route>(model: string, routes: readonly R[]): readonly R[] {
  const isNamed = routes.some((route) => namesModel(route, model));
  const having = routes.filter((route) => hasModel(route, model));
  if (having.length === 0) return routes;
  return routes.filter((route) => having.includes(route) || (!isNamed && route.lists?.(model) === undefined));
}

function hasModel(route: Route, model: string): boolean {
  const { models, lists } = route;
  return models?.has(model) || models?.has(everyOther) || namesModel(route, model) || lists?.(model) === true;
}

/** Returns whether the settings say that the gateway has a model of this name. */
function namesModel({ models }: Route, name: string): boolean {
  return models !== undefined && [...models.values()].includes(name);
}
