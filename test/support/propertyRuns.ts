/** Number of inputs for each property test: few by default, many in a nightly run, which sets an environment variable. */
const chosenRuns = Number(process.env['HOLYSHEEP_PROPERTY_RUNS'] ?? 50);

/** Number of inputs for mutation tests. A mutant is found within a few runs or never, and there are thousands of mutants. */
const runsPerMutant = 40;

/** Whether tests use inputs that are too large for an ordinary run. */
export const usesLargeInputs = chosenRuns >= 1000;

export const propertyRuns = process.env['STRYKER_MUTATOR_WORKER'] === undefined ? chosenRuns : runsPerMutant;
