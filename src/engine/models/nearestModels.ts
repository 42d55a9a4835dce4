import { canChat, type FactsById } from './listedFacts';
import { factsOf, nameWithoutSuffixes, plainName } from './modelFacts';

/** Maximum number of models that are suggested if a gateway does not have the user's model. */
const maxNearest = 3;

type Traits = ReturnType<typeof traitsOf>;

/**
 * How different a model is from the missing model. The first number in which two distances differ decides which model
 * is nearer.
 */
type Distance = readonly number[];

/**
 * Returns up to three models of a list that are similar to a missing model, nearest first: other names of the same
 * model, models of its family by version, then models of its vendor. Each model is returned once, if possible with a
 * name without a date. Models that can't chat are left out.
 */
export function nearestModels(missing: string, list: readonly string[], listed?: FactsById): readonly string[] {
  const missingTraits = traitsOf(missing);
  const candidates = list
    .filter((model) => model !== missing && canChat(model, listed))
    .map(traitsOf)
    .flatMap((traits) => {
      const distance = distanceBetween(missingTraits, traits);
      return distance ? [{ ...traits, distance }] : [];
    })
    .sort((a, b) => compareDistances(a.distance, b.distance));
  const nearest: Traits[] = [];
  for (const candidate of candidates) {
    if (nearest.length === maxNearest) break;
    if (!nearest.some((other) => isSameModel(candidate, other))) nearest.push(candidate);
  }
  return nearest.map(({ model }) => model);
}

/**
 * Returns whether two names mean the same model, because they are equal without the vendor, dates and other suffixes.
 */
export function areSameModel(a: string, b: string): boolean {
  return isSameModel(traitsOf(a), traitsOf(b));
}

const dates = /-20\d\d-?\d\d-?\d\d(?=-|$)|-\d{4,8}(?=-|$)/g;
const sizes = /-a?\d+[bkm](?=-|$)/g;

function traitsOf(model: string) {
  const name = plainName(model);
  const undated = name.replace(dates, '').replace(sizes, '');
  const [, major, minor] = /(\d+)(?:-(\d{1,2})(?!\d))?/.exec(undated) ?? [];
  return {
    model,
    name,
    /** The model name without dates and other suffixes that don't change which model is meant. */
    baseName: nameWithoutSuffixes(name),
    facts: factsOf(model),
    /** The words of the model name in alphabetical order, without numbers, dates and sizes. */
    words: undated
      .split(/[\d-]+/)
      .filter(Boolean)
      .sort(),
    /** Version of the model as a number, for instance 4.5 for `claude-sonnet-4-5`. */
    version: major === undefined ? undefined : Number(`${major}.${minor ?? 0}`),
  };
}

function isSameModel(a: Traits, b: Traits): boolean {
  return a.baseName === b.baseName || (a.facts !== undefined && a.facts === b.facts);
}

/** Returns how different a model is from the missing model, or undefined if the two models have nothing in common. */
function distanceBetween(sought: Traits, candidate: Traits): Distance | undefined {
  const kinship = kinshipOf(sought, candidate);
  if (kinship === undefined) return undefined;
  const [from = Infinity, to = Infinity] = [sought.version, candidate.version];
  // The difference is rounded, because 4.6 - 4.5 is not exactly 0.1.
  const versionDistance = from === to ? 0 : Math.round(Math.abs(from - to) * 100);
  const shared = candidate.words.filter((word) => sought.words.includes(word)).length;
  const otherWords = sought.words.length + candidate.words.length - 2 * shared;
  const suffixLength = candidate.name.length - candidate.baseName.length;
  return [kinship, versionDistance, otherWords, -to, suffixLength, candidate.model.length];
}

/**
 * Returns how closely two models are related: 0 for the same model, 1 for the same family, 2 for the same vendor,
 * undefined for unrelated models.
 */
function kinshipOf(sought: Traits, candidate: Traits): 0 | 1 | 2 | undefined {
  if (isSameModel(sought, candidate)) return 0;
  const { family, vendor } = sought.facts ?? {};
  const hasFamily = family !== undefined && candidate.facts?.family === family;
  if (hasFamily || sought.words.join() === candidate.words.join()) return 1;
  const hasVendor = vendor !== undefined && candidate.facts?.vendor === vendor;
  return hasVendor || sought.words.some((word) => word.length > 1 && candidate.words.includes(word)) ? 2 : undefined;
}

function compareDistances(a: Distance, b: Distance): number {
  const index = a.findIndex((part, at) => part !== b[at]);
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}
