import type * as vscode from 'vscode';
import type { Engine } from '../../engine/engine';
import type { Connections } from '../connection/connections';
import type { DemoMode } from '../demo/demoMode';
import { diagnosticsText } from './diagnostics';
import { hostFacts, proxyFacts } from './hostFacts';
import type { Log } from './log';
import type { Settings } from '../settings/settings';

export interface DiagnosticsDeps {
  readonly engine: Pick<Engine, 'report'>;
  readonly settings: Settings;
  readonly connections: Connections;
  readonly demo: DemoMode;
  readonly log: Log;
  readonly version: string;
  readonly extensionKind: vscode.ExtensionKind;
}

/** What is asked of the parts of the extension for a report, in JSON. */
export async function diagnosticsReport({
  engine,
  settings,
  connections,
  demo,
  log,
  version,
  extensionKind,
}: DiagnosticsDeps): Promise<string> {
  const baseUrl = settings.baseUrl();
  const facts = {
    origin: 'error' in baseUrl ? null : baseUrl.origin,
    baseUrlProblem: 'error' in baseUrl ? baseUrl.error : null,
    hasKey: await hasKey(connections, log),
    model: settings.model(),
    temperature: settings.temperature(),
    maxTokens: settings.maxTokens(),
    ...settings.engine(),
  };
  const diagnostics = {
    time: Date.now(),
    host: await hostFacts(version, extensionKind),
    settings: facts,
    proxy: proxyFacts(),
    demo: demo.active,
    engine: engine.report(),
    errors: log.errors(),
  };
  return diagnosticsText(diagnostics, (text) => log.redact(text));
}

/** Whoever needs a report may well have something broken here. */
async function hasKey(connections: Connections, log: Log): Promise<boolean | null> {
  try {
    return (await connections.own()).apiKey !== undefined;
  } catch (error) {
    log.error(error);
    return null;
  }
}
