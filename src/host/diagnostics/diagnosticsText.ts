import type { EngineReport } from '../../engine/engine';
import type { GatewayRef } from '../../engine/events/events';
import { originOf } from '../../engine/gateway/baseUrl';
import type { LedgerEntry, LedgerWait, TurnRecord } from '../../engine/state/ledger';
import type { ErrorRecord } from '../util/errorRecord';

/**
 * Content of a diagnostics report. Sections that this type does not declare, such as the versions of VS Code, are
 * copied without changes.
 */
export interface Diagnostics {
  /** Time at which the report is created, in epoch milliseconds. */
  readonly time: number;
  readonly engine: EngineReport;
  /** Recent errors, oldest first. */
  readonly errors: readonly ErrorRecord[];
  readonly [section: string]: unknown;
}

/**
 * Formats a diagnostics report as JSON for a bug report. The result never contains an API key, a prompt, an answer or a
 * path.
 * @param nameOf returns the name that the report uses for a gateway
 * @param redact removes API keys from a text, because a message of a gateway can quote the key
 */
export function formatDiagnostics(
  diagnostics: Diagnostics,
  nameOf: (gateway: GatewayRef) => string,
  redact: (text: string) => string,
): string {
  const { time, engine, errors, ...environment } = diagnostics;
  const { turns, gateways } = engine;
  const report = {
    time: new Date(time).toISOString(),
    ...environment,
    // Only the origin of a base URL is included, because the path can contain a secret.
    gateways: gateways.map((state) => ({ ...state, id: originOf(state.id) })),
    turns: turns.map((turn) => formatTurn(turn, nameOf)),
    errors: errors.map((error) => ({ ...error, time: new Date(error.time).toISOString() })),
  };
  return JSON.stringify(
    report,
    (name, value: unknown) => (typeof value === 'string' ? redactValue(name, redact(value)) : value),
    2,
  );
}

/**
 * Formats a turn for the diagnostics report. Each field is copied by name. Otherwise, the report could contain text of
 * an answer or the path of a base URL.
 */
function formatTurn(turn: TurnRecord, nameOf: (gateway: GatewayRef) => string): unknown {
  return {
    ...pick(turn, 'host', 'outcome', 'contextTokens'),
    time: new Date(turn.time).toISOString(),
    attempts: turn.attempts.map((entry) => formatAttempt(entry, nameOf(entry.gateway))),
    waits: turn.waits.map(formatWait),
  };
}

function formatAttempt(entry: LedgerEntry, gateway: string): unknown {
  const { headers, resumed, end } = entry;
  return {
    ...pick(entry, 'attempt', 'why', 'how', 'at', 'model', 'userModel', 'hasOtherGateway'),
    ...pick(entry, 'effort', 'refusedEffort', 'unsupportedParameters', 'cutAtTokens'),
    gateway,
    time: new Date(entry.time).toISOString(),
    waits: entry.waits.map(formatWait),
    ...(headers && { status: headers.status, requestId: headers.requestId, headersMs: headers.ms }),
    resumed: resumed && pick(resumed, 'resumePoint', 'trimmed'),
    end: end && {
      ...pick(end, 'how', 'row', 'ms', 'firstTokenMs', 'bytes', 'chars', 'tokens', 'promptTokens'),
      ...pick(end, 'completionTokens', 'cachedTokens', 'cacheWriteTokens', 'reasoningTokens'),
      ...pick(end, 'cost', 'estimatedCost', 'cacheSaving', 'currency'),
    },
  };
}

function formatWait(wait: LedgerWait): unknown {
  return {
    ...pick(wait, 'at', 'source', 'reason', 'delayMs', 'estimated'),
    ...pick(wait, 'jitterMs', 'hintMs', 'hintFrom', 'told', 'waitedMs'),
  };
}

function pick<T extends object>(value: T, ...names: readonly (keyof T)[]): object {
  return Object.fromEntries(names.map((name) => [name, value[name]]));
}

/**
 * Matches a request ID that looks harmless. The gateway chooses the request ID, and could copy text of the prompt into
 * it.
 */
const plainRequestId = /^[\w.:+=[\]-]{1,128}$/;

function redactValue(name: string, text: string): string {
  return name === 'requestId' && !plainRequestId.test(text) ? '…' : redactPaths(text);
}

/**
 * Matches the path of a folder in a text. It does not match the path in a URL, or a model id such as `Qwen/Qwen2.5`.
 */
const folderPattern =
  /(?<![\w:/.…-])(?:(?:~[^\s\\/~]*|\.{1,2}|[a-z]:)[\\/](?:[^]*[\\/])?|(?:file:\/|\/|\\\\)[^]*[\\/])/gi;
/**
 * Matches a URL up to whitespace or a quotation mark. Two rules prevent quadratic time in a long text: the length of
 * the scheme is limited, and a URL inside a URL is not matched separately.
 */
const urlPattern = /[a-z][\w+.-]{0,30}:\/\/[^\s"]*/gi;
const credentialsPattern = /(:\/\/)[^\s/?#"]*@/g;
/**
 * Matches a user name and a password in a URL, even if the password contains characters such as `/` that usually end
 * the host name.
 */
const oddCredentialsPattern = /(:\/\/)(?!\[)[^/?#@:]*:(?=\d*[^\d/@])[^]*@/g;
const queryPattern = /[?#][^]*/;

/**
 * Removes folders from the paths in a text, and secrets from its URLs. Folder names often contain the name of the user.
 * Even a model name can contain folders, because local servers name models after the models' files.
 */
export function redactPaths(text: string): string {
  const withoutSecrets = text.replace(urlPattern, (url) => removeCredentials(url).replace(queryPattern, ''));
  return withoutSecrets.replace(folderPattern, '…/');
}

/**
 * Only the part up to the last `@` is searched for credentials, because searching the entire URL would take quadratic
 * time.
 */
function removeCredentials(url: string): string {
  const end = url.lastIndexOf('@') + 1;
  return url.slice(0, end).replace(oddCredentialsPattern, '$1').replace(credentialsPattern, '$1') + url.slice(end);
}

const knownRemoteKinds = ['ssh-remote', 'wsl', 'dev-container', 'attached-container', 'codespaces', 'tunnel'];

/**
 * Returns the kind of a remote window, such as `wsl`. For an unknown `vscode.env.remoteName`, returns `other`, because
 * the name can be the address of a machine.
 */
export function remoteKind(name: string | undefined): string | null {
  if (name === undefined) return null;
  return knownRemoteKinds.includes(name) ? name : 'other';
}
