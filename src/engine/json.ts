/** A JSON object whose fields have not been validated. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Returns whether the value is an object, but not an array. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const emptyRecord: JsonRecord = {};

/** Returns the value if it is an object. Otherwise, returns an empty object. */
export function recordIn(value: unknown): JsonRecord {
  return isRecord(value) ? value : emptyRecord;
}

/** Returns the value if it is an array. Otherwise, returns an empty array. */
export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Returns the parsed value of a JSON text, or undefined if the text is not valid JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Returns the value as JSON text, or an empty string if the value is nested too deeply. `JSON.parse` accepts any depth,
 * but `JSON.stringify` does not.
 */
export function printJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '';
  }
}

/**
 * Returns a text without leading and trailing whitespace. Returns undefined if nothing is left, or if the value is not
 * a string.
 */
export function textIn(value: unknown): string | undefined {
  return (typeof value === 'string' && value.trim()) || undefined;
}

export function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
