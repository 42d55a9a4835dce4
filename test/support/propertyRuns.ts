/** How often a property is tried: at least a thousand times; by night as often as the environment says. */
export const propertyRuns = Math.max(1000, Number(process.env['HOLYSHEEP_PROPERTY_RUNS'] ?? 0) || 0);
