import * as v from 'valibot';
import { ArgumentError } from './userError';

/** The schemas of all fields of `T`: the compiler requires one for every field, and checks what it returns. */
export type Entries<T> = { readonly [K in keyof T]-?: v.GenericSchema<unknown, T[K]> };

/** The member of a union of messages, events or lines whose `type` is `Type`. */
export type OfType<Union, Type> = Union extends { readonly type: infer Types }
  ? Type extends Types
    ? Union
    : never
  : never;

/** Accepts the keys of `known`, which the compiler keeps complete. */
export function oneOf<T extends string>(known: Readonly<Record<T, unknown>>) {
  return v.picklist(Object.keys(known) as T[]);
}

/** Returns a copy of the value with only its known fields, or undefined when the value can't be used. */
export function parsed<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T | undefined {
  const result = v.safeParse(schema, value, { abortEarly: true });
  return result.success ? result.output : undefined;
}

/**
 * Returns the argument of a command.
 * @throws ArgumentError with the message of the first schema that does not accept its value
 */
export function parsedArgument<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  throw new ArgumentError(result.issues[0].message);
}

/** Accepts a text that is not blank, and returns it as it is. */
export function notBlank(message: string) {
  return v.check((value: string) => value.trim() !== '', message);
}
