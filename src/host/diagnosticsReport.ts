import * as vscode from 'vscode';
import type { Engine } from '../core/engine';
import type { Connections } from './connections';
import type { DemoMode } from './demo/demoMode';
import { diagnosticsText, type HostFacts } from './diagnostics';
import type { Log } from './log';
import type { Settings } from './settings';

export interface DiagnosticsDeps {
  readonly engine: Pick<Engine, 'report'>;
  readonly settings: Settings;
  readonly connections: Connections;
  readonly demo: DemoMode;
  readonly log: Log;
  readonly version: string;
}

/** What is asked of the parts of the extension for a report, in JSON. */
export async function diagnosticsReport({
  engine,
  settings,
  connections,
  demo,
  log,
  version,
}: DiagnosticsDeps): Promise<string> {
  const baseUrl = settings.baseUrl();
  const facts = {
    origin: 'error' in baseUrl ? null : baseUrl.origin,
    hasKey: await hasKey(connections, log),
    model: settings.model(),
    temperature: settings.temperature(),
    maxTokens: settings.maxTokens(),
    ...settings.engine(),
  };
  const time = Date.now();
  const diagnostics = { time, host: hostFacts(version), settings: facts, demo: demo.active, engine: engine.report() };
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

function hostFacts(extension: string): HostFacts {
  const { appName, appHost, language, remoteName } = vscode.env;
  return {
    extension,
    vscode: vscode.version,
    app: appName,
    appHost,
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    language,
    remote: remoteName ?? null,
  };
}
