import type { EngineReport, EngineSettings } from '../../engine/engine';
import type { BaseUrlProblem } from '../../engine/gateway/baseUrl';
import type { TurnRecord } from '../../engine/state/ledger';
import type { ErrorRecord } from './errorRecord';

/** Where the extension runs; nothing in it says who or on what files. */
export interface HostInfo {
  readonly extension: string;
  readonly vscode: string;
  readonly app: string;
  /** `desktop`, or what serves it to a browser. */
  readonly appHost: string;
  readonly platform: string;
  readonly node: string;
  readonly language: string;
  /** Kind of the remote, e.g. `ssh-remote`; `other`: one we don't know; null: none. */
  readonly remote: string | null;
  /** Where VS Code itself is shown. */
  readonly ui: 'desktop' | 'web';
  /** `ui`: beside the window; `workspace`: where the files are. */
  readonly extensionKind: 'ui' | 'workspace';
  readonly trusted: boolean;
  /** Schemes of the file systems of the workspace's folders, e.g. `file`; one for each folder. */
  readonly folders: readonly string[];
  readonly chat: ChatSupport;
}

/** Which of VS Code's chat features there are: some builds leave them out. */
export interface ChatSupport {
  readonly view: boolean;
  readonly participants: boolean;
  readonly modelProviders: boolean;
}

/** Whether something stands between, and never what: addresses of proxies may hold passwords. */
export interface ProxyInfo {
  readonly setting: boolean;
  readonly noProxy: boolean;
  readonly authorization: boolean;
  /** `http.proxySupport`. */
  readonly support: string;
  readonly strictSSL: boolean;
  readonly systemCertificates: boolean;
  /** Names of the variables that are set. */
  readonly environment: readonly string[];
}

/** The settings that decide what the network is asked. */
interface NetworkSettings extends EngineSettings {
  /** Origin of the base URL, which may hold more than others should see; null: it can't be used. */
  readonly origin: string | null;
  /** Why it can't be used; null: it can. */
  readonly baseUrlProblem: BaseUrlProblem | null;
  /** null: there is no saying, for want of an origin or of a secret storage that works. */
  readonly hasKey: boolean | null;
  readonly model: string;
  readonly temperature: number;
  readonly maxTokens: number;
}

export interface Diagnostics {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly host: HostInfo;
  readonly settings: NetworkSettings;
  readonly proxy: ProxyInfo;
  readonly demo: boolean;
  readonly engine: EngineReport;
  /** Oldest first. */
  readonly errors: readonly ErrorRecord[];
}

/**
 * A report for an issue, as JSON: what the engine did and why, and never a key, a prompt, an answer or a path.
 * @param redact takes keys out of a text, wherever a server may have echoed them
 */
export function formatDiagnostics(diagnostics: Diagnostics, redact: (text: string) => string): string {
  const { time, engine, errors, ...facts } = diagnostics;
  const { turns, network } = engine;
  const report = {
    time: new Date(time).toISOString(),
    ...facts,
    network,
    turns: turns.map(formatTurn),
    errors: errors.map((error) => ({ ...error, time: new Date(error.time).toISOString() })),
  };
  return JSON.stringify(
    report,
    (name, value: unknown) => (typeof value === 'string' ? redactValue(name, redact(value)) : value),
    2,
  );
}

/** Of its clocks a reader needs whole milliseconds, and the wall clock's as a time of day. */
function formatTurn({ time, attempts, ...turn }: TurnRecord): unknown {
  const entries = attempts.map((attempt) => ({ ...attempt, time: new Date(attempt.time).toISOString() }));
  return { time: new Date(time).toISOString(), ...turn, attempts: roundNumbers(entries) };
}

function roundNumbers(value: unknown): unknown {
  if (typeof value === 'number') return Math.round(value);
  if (Array.isArray(value)) return value.map(roundNumbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, roundNumbers(part)]));
}

/** An id is the server's to choose, and might be anything it was sent. */
const plainRequestId = /^[\w.:+=[\]-]{1,128}$/;

function redactValue(name: string, text: string): string {
  return name === 'requestId' && !plainRequestId.test(text) ? '…' : redactPaths(text);
}

/** A folder and all above it; not the path of a URL, and not the two parts of `Qwen/Qwen2.5`. */
const folderPattern =
  /(?<![\w:/.…-])(?:(?:~[^\s\\/~]*|\.{1,2}|[a-z]:)[\\/](?:[^]*[\\/])?|(?:file:\/|\/|\\\\)[^]*[\\/])/gi;
/**
 * A URL up to white space or a quotation mark. The length of the scheme is limited, and a match includes any URLs
 * within the URL. Otherwise a long text would be searched to its end again from each of its letters.
 */
const urlPattern = /[a-z][\w+.-]{0,30}:\/\/[^\s"]*/gi;
const credentialsPattern = /(:\/\/)[^\s/?#"]*@/g;
/** URLs whose password contains characters that usually end the host. */
const oddCredentialsPattern = /(:\/\/)(?!\[)[^/?#@:]*:(?=\d*[^\d/@])[^]*@/g;
const queryPattern = /[?#][^]*/;

/**
 * Without where something is on this computer, which names its user for one: servers on the own machine call models by
 * their files. Of a URL neither user and password remain, nor what its query holds.
 */
export function redactPaths(text: string): string {
  const withoutSecrets = text.replace(urlPattern, (url) => removeCredentials(url).replace(queryPattern, ''));
  return withoutSecrets.replace(folderPattern, '…/');
}

/** Stops at the last `@`, because each search beyond it would read the rest of a long text in vain. */
function removeCredentials(url: string): string {
  const end = url.lastIndexOf('@') + 1;
  return url.slice(0, end).replace(oddCredentialsPattern, '$1').replace(credentialsPattern, '$1') + url.slice(end);
}

const knownRemoteKinds = ['ssh-remote', 'wsl', 'dev-container', 'attached-container', 'codespaces', 'tunnel'];

/**
 * What a report may say of a remote: some hosts put the address of a machine where its kind belongs.
 * @param name `vscode.env.remoteName`
 */
export function remoteKind(name: string | undefined): string | null {
  if (name === undefined) return null;
  return knownRemoteKinds.includes(name) ? name : 'other';
}
