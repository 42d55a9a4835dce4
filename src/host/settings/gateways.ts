import { hostOf, normalizeBaseUrl, type BaseUrlProblem } from '../../engine/gateway/baseUrl';
import { visibleText } from '../../engine/gateway/visibleText';
import { isRecord, textIn } from '../../engine/json';

/** A gateway in the settings: an entry of `holysheep.backupBaseUrls`, or the base URL and name of the primary gateway. */
export interface GatewayEntry {
  readonly url: string;
  /** Name that the user has given the gateway. */
  readonly name?: string | undefined;
  /** Names that models have at the gateway, see `Gateway.models`. */
  readonly models?: ReadonlyMap<string, string> | undefined;
}

/** An entry of the setting `holysheep.backupBaseUrls` that can't be used. */
export interface UnusableGateway {
  /** Position of the entry in the setting, counted from 1. */
  readonly number: number;
  readonly problem: BaseUrlProblem | 'no-name' | 'no-models';
}

const maxNameChars = 60;

/**
 * Splits the entries of the setting `holysheep.backupBaseUrls` into entries that can be used and entries that can't. If
 * several entries have the same base URL, only the first can be used.
 * @param primary the primary gateway, which comes before the entries
 */
export function readGateways(
  entries: readonly unknown[],
  primary?: GatewayEntry,
): { readonly usableGateways: readonly GatewayEntry[]; readonly unusableGateways: readonly UnusableGateway[] } {
  const usableGateways = new Map(primary ? [[primary.url, primary]] : []);
  const unusableGateways: UnusableGateway[] = [];
  for (const [index, entry] of entries.entries()) {
    const gateway = parseGateway(entry);
    if (typeof gateway === 'string') unusableGateways.push({ number: index + 1, problem: gateway });
    else if (!usableGateways.has(gateway.url)) usableGateways.set(gateway.url, gateway);
  }
  return { usableGateways: [...usableGateways.values()], unusableGateways };
}

/**
 * Returns a label for each gateway: the gateway's name, or else the part of its base URL that distinguishes it from the
 * other gateways.
 */
export function labelsOf(entries: readonly GatewayEntry[]): readonly string[] {
  return entries.map((entry) => {
    const otherLabels = new Set(entries.filter((other) => other !== entry).flatMap(possibleLabels));
    return possibleLabels(entry).find((label) => !otherLabels.has(label)) ?? entry.url;
  });
}

/** Possible labels of a gateway, the best label first. */
function possibleLabels({ name, url }: GatewayEntry): readonly string[] {
  const host = hostOf(url);
  const hostAndPath = url.slice(url.indexOf(host));
  const locations = [host, hostAndPath, url];
  return name === undefined ? locations : [name, ...locations.map((location) => `${name} (${location})`)];
}

/** Returns the reason why an entry of the setting `holysheep.backupBaseUrls` can't be used. */
export function parseGateway(entry: unknown): GatewayEntry | UnusableGateway['problem'] {
  const {
    baseUrl: text,
    name,
    models,
  }: Readonly<Record<string, unknown>> = isRecord(entry) ? entry : { baseUrl: entry };
  const baseUrl = normalizeBaseUrl(typeof text === 'string' ? text : '');
  if ('error' in baseUrl) return baseUrl.error;
  const nameText = textIn(name);
  if (name !== undefined && nameText === undefined) return 'no-name';
  const modelNames = models === undefined ? new Map<string, string>() : readModelNames(models);
  if (!modelNames) return 'no-models';
  return {
    url: baseUrl.url,
    ...(nameText !== undefined && { name: visibleText(nameText, maxNameChars) }),
    ...(modelNames.size > 0 && { models: modelNames }),
  };
}

/**
 * Returns the names that models have at the gateway, or undefined if the value is not an object whose values are names.
 */
function readModelNames(value: unknown): ReadonlyMap<string, string> | undefined {
  if (!isRecord(value)) return undefined;
  const names = Object.entries(value).map(([here, there]) => [here.trim(), textIn(there)] as const);
  const isComplete = (entry: (typeof names)[number]): entry is readonly [string, string] =>
    entry[0] !== '' && entry[1] !== undefined;
  return names.every(isComplete) ? new Map(names) : undefined;
}

/**
 * Returns the entry of the setting `holysheep.backupBaseUrls` for a gateway. If the gateway has neither a name nor
 * model names, the entry is only the base URL, as the user would write it.
 */
export function entryOf({ url, name, models = new Map() }: GatewayEntry): unknown {
  if (name === undefined && models.size === 0) return url;
  return {
    baseUrl: url,
    ...(name !== undefined && { name }),
    ...(models.size > 0 && { models: Object.fromEntries(models) }),
  };
}

export function isEntryOf(entry: unknown, url: string): boolean {
  const gateway = parseGateway(entry);
  return typeof gateway !== 'string' && gateway.url === url;
}

/**
 * Moves a gateway in the setting `holysheep.backupBaseUrls` by swapping it with the previous (-1) or the next (1) backup
 * gateway. All other entries keep their positions.
 */
export function moveEntry(
  entries: readonly unknown[],
  backups: readonly GatewayEntry[],
  url: string,
  by: -1 | 1,
): readonly unknown[] {
  const index = backups.findIndex((gateway) => gateway.url === url);
  const other = backups[index + by];
  if (index < 0 || !other) return entries;
  const indexOf = (base: string): number => entries.findIndex((entry) => isEntryOf(entry, base));
  const [from, to] = [indexOf(url), indexOf(other.url)];
  return entries.with(from, entries[to]).with(to, entries[from]);
}
