import * as vscode from 'vscode';
import type { Engine } from '../../core/engine';
import type { Connections } from '../connections';
import type { DemoMode } from '../demoMode';
import { diagnosticsText, type HostFacts } from '../diagnostics';
import type { Log } from '../log';
import type { Settings } from '../settings';
import type { Command } from './command';

export interface ExportDiagnosticsDeps {
  readonly engine: Pick<Engine, 'report'>;
  readonly settings: Settings;
  readonly connections: Connections;
  readonly demo: DemoMode;
  readonly log: Log;
  readonly version: string;
}

/** Opens the report as a document that is saved nowhere, for the user to read before anybody else does; returns its text. */
export function exportDiagnosticsCommand(deps: ExportDiagnosticsDeps): Command {
  return {
    id: 'holysheep.exportDiagnostics',
    async execute(): Promise<string> {
      const content = await report(deps);
      const document = await vscode.workspace.openTextDocument({ language: 'json', content });
      await vscode.window.showTextDocument(document, { preview: false });
      return content;
    },
  };
}

async function report({ engine, settings, connections, demo, log, version }: ExportDiagnosticsDeps): Promise<string> {
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
