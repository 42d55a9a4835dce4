import type { EngineReport } from '../core/engine';
import type { TurnRecord } from '../core/ledger';
import type { EngineSettings } from '../core/settings';

/** Where the extension runs; nothing in it says who or on what files. */
export interface HostFacts {
  readonly extension: string;
  readonly vscode: string;
  readonly app: string;
  /** `desktop`, or what serves it to a browser. */
  readonly appHost: string;
  readonly platform: string;
  readonly node: string;
  readonly language: string;
  /** Kind of the remote, e.g. `ssh-remote`; null: none. */
  readonly remote: string | null;
}

/** The settings that decide what the network is asked. */
export interface SettingFacts extends EngineSettings {
  /** Origin of the base URL, which may hold more than others should see; null: it can't be used. */
  readonly origin: string | null;
  /** null: there is no saying, for want of an origin or of a secret storage that works. */
  readonly hasKey: boolean | null;
  readonly model: string;
  readonly temperature: number;
  readonly maxTokens: number;
}

export interface Diagnostics {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly host: HostFacts;
  readonly settings: SettingFacts;
  readonly demo: boolean;
  readonly engine: EngineReport;
}

/**
 * A report for an issue, as JSON: what the engine did and why, and never a key, a prompt, an answer or a path.
 * @param redact takes keys out of a text, wherever a server may have echoed them
 */
export function diagnosticsText(diagnostics: Diagnostics, redact: (text: string) => string): string {
  const { time, host, settings, demo, engine } = diagnostics;
  const { turns, network } = engine;
  const report = { time: new Date(time).toISOString(), host, settings, demo, network, turns: turns.map(turnFacts) };
  return redact(JSON.stringify(report, withoutPaths, 2));
}

/** Of its clocks a reader needs whole milliseconds, and the wall clock's as a time of day. */
function turnFacts({ time, attempts, ...turn }: TurnRecord): unknown {
  const entries = attempts.map((attempt) => ({ ...attempt, time: new Date(attempt.time).toISOString() }));
  return { time: new Date(time).toISOString(), ...turn, attempts: rounded(entries) };
}

function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Math.round(value);
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, rounded(part)]));
}

/** Servers on the own machine name models by their files. */
function withoutPaths(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/^(?:~?\/|file:|[a-z]:[\\/]|\\\\).*[\\/]/i, '…/') : value;
}
