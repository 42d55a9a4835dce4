/** How many inputs a property is tried with: few by default, many in CI, which sets the variable. */
const chosenRuns = Number(process.env['HOLYSHEEP_PROPERTY_RUNS'] ?? 100);

/** A mutant is found within a few runs or not at all, and there are thousands of mutants. */
const runsPerMutant = 40;

export const propertyRuns = process.env['STRYKER_MUTATOR_WORKER'] === undefined ? chosenRuns : runsPerMutant;
