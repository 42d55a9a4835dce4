import type { Result } from './results';

/** What a crowd should come to, whatever its size. */
export const aims = { success: 1, p95: 1.35, callsPerRequest: 3, peak: 2.5 } as const;

/** @returns the names of the aims that are missed */
export function missed({ success, p95, callsPerRequest, peak }: Result): readonly string[] {
  return [
    ...(success < aims.success ? ['success'] : []),
    ...(p95 > aims.p95 ? ['p95'] : []),
    ...(callsPerRequest > aims.callsPerRequest ? ['attempts'] : []),
    ...(peak > aims.peak ? ['peak'] : []),
  ];
}
