import type { RepairableParameter } from './faults/refusedParameter';

/** Parameters a model has refused; a request goes without them, or with their newer name. */
export type Repairs = ReadonlySet<RepairableParameter>;

/** Learned at run time, per origin and model, for the life of the engine. */
export class RepairMemory {
  private readonly known = new Map<string, Set<RepairableParameter>>();

  for(baseUrl: string, model: string): Repairs {
    return this.entry(baseUrl, model);
  }

  /** @returns false where this repair was in force already: the parameter wasn't what is wrong. */
  learn(baseUrl: string, model: string, parameter: RepairableParameter): boolean {
    const entry = this.entry(baseUrl, model);
    if (entry.has(parameter)) return false;
    entry.add(parameter);
    return true;
  }

  private entry(baseUrl: string, model: string): Set<RepairableParameter> {
    const key = `${baseUrl}\n${model}`;
    let entry = this.known.get(key);
    if (!entry) this.known.set(key, (entry = new Set()));
    return entry;
  }
}
