import type { Engine, EngineDeps } from './engine';
import { RepairMemory } from './repairs';
import { Turn } from './turn';

/** The retrying, streaming client. Cheap to create; the SDK is loaded with the first request. */
export function createEngine(deps: EngineDeps): Engine {
  const repairs = new RepairMemory();
  return { stream: (request, options = {}) => new Turn(deps, repairs, request, options) };
}
