import type { FaultKind } from '../../engine/events';
import type { Cooldown } from '../../engine/gate/cooldowns';

/** A cooldown as it stands in the name of a file. */
export interface Note extends Cooldown {
  /** Stands for the scope: 24 hexadecimal digits. */
  readonly key: string;
  /** The window that was told: 8 hexadecimal digits. */
  readonly writer: string;
}

const shape = /^[0-9a-f]{24}\.[1-9]\d{0,14}\.[1-9]\d{0,14}\.(server|backoff)\.[a-z-]+\.[0-9a-f]{8}$/;

/** @param note its times are whole milliseconds */
export function nameOf({ key, until, delayMs, source, reason, writer }: Note): string {
  return [key, until, delayMs, source, reason, writer].join('.');
}

/** Total: undefined for what is no note. */
export function parseName(name: string): Note | undefined {
  if (!shape.test(name)) return undefined;
  const [key = '', until, delayMs, source, reason, writer = ''] = name.split('.');
  return {
    key,
    until: Number(until),
    delayMs: Number(delayMs),
    source: source === 'server' ? 'server' : 'backoff',
    reason: reasonOf(reason),
    writer,
  };
}

/** What another version of the extension may call it, it is a limit. */
function reasonOf(word: string | undefined): FaultKind {
  return word === 'overloaded' || word === 'credit' ? word : 'rate-limit';
}
