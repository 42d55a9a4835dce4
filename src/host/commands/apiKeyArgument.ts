import { normalizeBaseUrl, type BaseUrl } from '../../core/baseUrl';
import type { Localize } from '../../core/engine';
import { ArgumentError } from '../userError';

export interface ApiKeyArgument {
  readonly key: string;
  /** The base URL that the key belongs to. By default the one in the settings. */
  readonly target?: BaseUrl;
}

/**
 * Reads the argument of `holysheep.setApiKey`.
 * @throws ArgumentError that says what is wrong, without any part of the key
 */
export function apiKeyArgument(argument: unknown, localize: Localize): ApiKeyArgument {
  if (typeof argument === 'string') return { key: argument };
  if (typeof argument !== 'object' || argument === null || !('key' in argument)) {
    throw new ArgumentError(localize('"holysheep.setApiKey" takes an API key, or an object with a key.'));
  }
  const { key, baseUrl }: Readonly<Record<string, unknown>> = { ...argument };
  if (typeof key !== 'string') throw new ArgumentError(localize('"key" must be a text.'));
  if (baseUrl === undefined) return { key };
  const target = typeof baseUrl === 'string' ? normalizeBaseUrl(baseUrl) : undefined;
  if (!target || 'error' in target) {
    throw new ArgumentError(localize('"baseUrl" must be a URL like https://api.holysheep.ai/v1.'));
  }
  return { key, target };
}
