/**
 * How often a property is tried: at least a thousand times, by night as often as the environment says. A mutant is
 * found within a few tries or not at all, and there are thousands of mutants.
 */
export const propertyRuns =
  process.env['STRYKER_MUTATOR_WORKER'] === undefined
    ? Math.max(1000, Number(process.env['HOLYSHEEP_PROPERTY_RUNS'] ?? 0) || 0)
    : 40;
