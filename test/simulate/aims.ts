import type { Result } from './results';

/** The target values for the measures of a crowd of any size. */
export const aims = { success: 1, p95: 1.35, callsPerRequest: 3, peak: 2.5 } as const;

/** Returns the names of the targets that a result misses. */
export function missed({ success, p95, callsPerRequest, peak }: Result): readonly string[] {
  return [
    ...(success < aims.success ? ['success'] : []),
    ...(p95 > aims.p95 ? ['p95'] : []),
    ...(callsPerRequest > aims.callsPerRequest ? ['attempts'] : []),
    ...(peak > aims.peak ? ['peak'] : []),
  ];
}
