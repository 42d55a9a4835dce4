import * as v from 'valibot';

/** The compiler reports a field without a schema, and a schema whose type differs from that of the field. */
export type FieldSchemas<T> = { readonly [K in keyof T]-?: v.GenericSchema<unknown, T[K]> };

/** Returns a copy of the value with only the fields that the schema lists, or undefined when the value is invalid. */
export function parseOrUndefined<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T | undefined {
  const result = v.safeParse(schema, value, { abortEarly: true });
  return result.success ? result.output : undefined;
}
