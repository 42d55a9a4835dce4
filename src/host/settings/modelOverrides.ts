import { isRecord, type JsonRecord, textIn } from '../../engine/json';
import { firstTokens, knownFields, maxUsdPerMillionTokens } from '../../engine/models/listedFacts';
import { reasoningFormats, type ModelFacts } from '../../engine/models/modelFacts';
import { reasoningEfforts } from '../../engine/request';

/**
 * Function that returns the user's settings for a model, or undefined if there are none. The function's argument
 * contains all names of the model, because a gateway can use a different name.
 */
export type ModelOverrides = (names: readonly string[]) => Partial<ModelFacts> | undefined;

interface Entry {
  readonly name: string;
  readonly isPattern: boolean;
  readonly pattern: RegExp;
  readonly facts: Partial<ModelFacts>;
}

/**
 * Reads the setting `holysheep.modelOverrides`. Fields with invalid or absurd values are ignored. If several entries
 * match a model, the exact name takes precedence, and then the longest pattern.
 */
export function readModelOverrides(value: unknown): ModelOverrides {
  const entries = isRecord(value) ? Object.entries(value).flatMap(readEntry) : [];
  entries.sort((a, b) => Number(a.isPattern) - Number(b.isPattern) || b.name.length - a.name.length);
  return (names) => entries.find((entry) => names.some((name) => entry.pattern.test(name)))?.facts;
}

function readEntry([key, value]: readonly [string, unknown]): readonly Entry[] {
  const name = key.trim();
  if (name === '' || !isRecord(value)) return [];
  const isPattern = name.includes('*');
  const parts = name.split(/\*+/).map((part) => part.replace(/[^\w\s]/g, '\\$&'));
  const pattern = new RegExp(`^${parts.join('.*')}$`, 'i');
  return [{ name, isPattern, pattern, facts: readFacts(value) }];
}

function readFacts(fields: JsonRecord): Partial<ModelFacts> {
  const { images, temperature, caching, extraBody } = fields;
  const contextWindow = firstTokens(fields['contextWindow']);
  const efforts = effortsIn(fields['efforts']);
  return {
    ...knownFields({
      contextWindow,
      maxOutput: firstTokens(fields['maxOutput']),
      images: typeof images === 'boolean' ? images : undefined,
      efforts,
      reasoningFormat: reasoningFormats.find((format) => format === fields['reasoningFormat']),
      price: priceIn(fields['price']),
      extraBody: isRecord(extraBody) ? extraBody : undefined,
    }),
    // The built-in `maxInput` of the model is removed, because it belongs to the context window that the setting
    // replaces.
    ...(contextWindow !== undefined && { maxInput: undefined }),
    ...(typeof temperature === 'boolean' && { takesTemperature: temperature, omitsTemperature: !temperature }),
    ...(caching === false && { caching: undefined }),
    // The reasoning efforts in the setting also define whether reasoning can be switched off. Therefore the built-in
    // value of `reasoningToggle` is removed.
    ...(efforts && { reasoningToggle: undefined }),
  };
}

function effortsIn(value: unknown): ModelFacts['efforts'] {
  const named: readonly unknown[] = Array.isArray(value) ? value.map(textIn) : [];
  const efforts = reasoningEfforts.filter((level) => named.includes(level));
  return efforts.length > 0 ? efforts : undefined;
}

function priceIn(value: unknown): ModelFacts['price'] {
  const price: JsonRecord = isRecord(value) ? value : {};
  const [input, output] = [usdIn(price['input']), usdIn(price['output'])];
  if (input === undefined || output === undefined) return undefined;
  return { input, output, cacheRead: usdIn(price['cacheRead']), cacheWrite: usdIn(price['cacheWrite']) };
}

function usdIn(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= maxUsdPerMillionTokens ? value : undefined;
}
