import { hostOf, normalizeBaseUrl, type BaseUrlProblem } from '../../engine/gateway/baseUrl';
import { visibleText } from '../../engine/gateway/visibleText';
import { isRecord, textIn } from '../../engine/json';

/** What the settings say about a gateway: an entry of `holysheep.backupBaseUrls`, or the base URL alone. */
export interface GatewayEntry {
  readonly url: string;
  /** The name that the user gave it. */
  readonly name?: string | undefined;
  /** See `Gateway.models`. */
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
 * Separates the entries that can be used from those that can't. Of entries with the same base URL, the first is used.
 * @param primary precedes the entries
 */
export function readGateways(
  entries: readonly unknown[],
  primary?: GatewayEntry,
): { readonly usable: readonly GatewayEntry[]; readonly unusable: readonly UnusableGateway[] } {
  const usable = new Map(primary ? [[primary.url, primary]] : []);
  const unusable: UnusableGateway[] = [];
  for (const [index, entry] of entries.entries()) {
    const gateway = readGateway(entry);
    if (typeof gateway === 'string') unusable.push({ number: index + 1, problem: gateway });
    else if (!usable.has(gateway.url)) usable.set(gateway.url, gateway);
  }
  return { usable: [...usable.values()], unusable };
}

/** Returns a label for each gateway: its name, or else the part of its base URL that no other gateway has. */
export function labelsOf(entries: readonly GatewayEntry[]): readonly string[] {
  return entries.map((entry) => {
    const taken = new Set(entries.filter((other) => other !== entry).flatMap(possibleLabels));
    return possibleLabels(entry).find((label) => !taken.has(label)) ?? entry.url;
  });
}

/** The best first. */
function possibleLabels({ name, url }: GatewayEntry): readonly string[] {
  const host = hostOf(url);
  const hostAndPath = url.slice(url.indexOf(host));
  const places = [host, hostAndPath, url];
  return name === undefined ? places : [name, ...places.map((place) => `${name} (${place})`)];
}

/** Returns the problem of an entry that can't be used. */
export function readGateway(entry: unknown): GatewayEntry | UnusableGateway['problem'] {
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

/** Returns undefined if the value is not an object whose values are names. */
function readModelNames(value: unknown): ReadonlyMap<string, string> | undefined {
  if (!isRecord(value)) return undefined;
  const names = Object.entries(value).map(([here, there]) => [here.trim(), textIn(there)] as const);
  const isComplete = (entry: (typeof names)[number]): entry is readonly [string, string] =>
    entry[0] !== '' && entry[1] !== undefined;
  return names.every(isComplete) ? new Map(names) : undefined;
}

/** Returns the base URL alone if there is nothing else to write, as the user would. */
export function entryOf({ url, name, models = new Map() }: GatewayEntry): unknown {
  if (name === undefined && models.size === 0) return url;
  return {
    baseUrl: url,
    ...(name !== undefined && { name }),
    ...(models.size > 0 && { models: Object.fromEntries(models) }),
  };
}

export function isEntryOf(entry: unknown, url: string): boolean {
  const gateway = readGateway(entry);
  return typeof gateway !== 'string' && gateway.url === url;
}

/** Swaps a gateway with the usable one before it (-1) or behind it (1). Entries that can't be used stay in place. */
export function moveEntry(entries: readonly unknown[], url: string, by: -1 | 1): readonly unknown[] {
  const { usable } = readGateways(entries);
  const index = usable.findIndex((gateway) => gateway.url === url);
  const other = usable[index + by];
  if (index < 0 || !other) return entries;
  const indexOf = (base: string): number => entries.findIndex((entry) => isEntryOf(entry, base));
  const [from, to] = [indexOf(url), indexOf(other.url)];
  return entries.with(from, entries[to]).with(to, entries[from]);
}
