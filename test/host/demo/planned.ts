import type { StreamEvent } from '../../../src/core/events';
import type { EngineSettings } from '../../../src/core/settings';
import type { ComposedFault } from '../../../src/demo/composedFaults';
import { demoScript } from '../../../src/demo/scenarios';
import { planOf, plannedTurn } from '../../../src/host/demo/faultPlan';
import { planFrom } from '../../../src/host/demo/planLines';

export const english = (message: string, args: Readonly<Record<string, string | number>> = {}): string =>
  message.replace(/\{(\w+)\}/g, (_, name: string) => String(args[name]));

const deps = {
  localize: english,
  formatTime: (at: number): string => new Date(at).toISOString().slice(11, 16),
  now: Date.UTC(2026, 0, 15, 9, 0, 0),
  signal: new AbortController().signal,
};

/** Its lines; how long an answer takes is no part of what is planned. */
export function linesOf(events: readonly StreamEvent[]): readonly string[] {
  return planFrom(events, english).lines.map((line) =>
    line.replace(/answered after [\d.]+ s/, 'answered').replace(/ · \S+( min)?( \S+)? s in all$/, ''),
  );
}

export async function planned(faults: readonly ComposedFault[], settings: EngineSettings): Promise<readonly string[]> {
  return linesOf(await planOf(faults, settings, deps));
}

/** A turn of the demo. */
export function demoTurn(model: string, settings: EngineSettings): Promise<readonly StreamEvent[]> {
  return plannedTurn({ script: demoScript(), model, settings }, deps);
}
