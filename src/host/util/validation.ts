import * as v from 'valibot';

/**
 * A type that requires a validation schema for each field of another type. If a schema is missing or has a different
 * type than its field, the compiler reports an error.
 */
export type FieldSchemas<T> = { readonly [K in keyof T]-?: v.GenericSchema<unknown, T[K]> };

/** Returns a copy of a value with only those fields that the schema lists, or undefined if the value is invalid. */
export function parseOrUndefined<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T | undefined {
  const result = v.safeParse(schema, value, { abortEarly: true });
  return result.success ? result.output : undefined;
}
