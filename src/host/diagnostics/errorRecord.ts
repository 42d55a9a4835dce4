import { basename, dirname } from 'node:path';

/** What a report may tell of an error: its message may quote anything, so that it is not among it. */
export interface ErrorRecord {
  /** Epoch milliseconds. */
  readonly time: number;
  /** Of its class; `text`: something that is no error was reported as one. */
  readonly name: string;
  /** E.g. `ENOSPC`, also of its cause. */
  readonly code?: string | undefined;
  /** Where in our own files, the innermost first, e.g. `app-RXFHMWMG.js:1:2345`. */
  readonly at: readonly string[];
}

const maxFrames = 5;
/**
 * Maximum length of the part of a stack that is examined, in characters. If the message of an error was changed, the
 * stack still contains the original one, at any length.
 */
const maxStackChars = 5000;

/** @param folder of our own files */
export function createErrorRecord(problem: unknown, time: number, folder: string): ErrorRecord {
  if (!(problem instanceof Error)) return { time, name: 'text', at: [] };
  const name = /^[A-Z]\w{0,40}$/i.test(problem.name) ? problem.name : 'Error';
  return {
    time,
    name,
    code: findErrorCode(problem) ?? findErrorCode(problem.cause),
    at: findOwnFrames(problem, folder),
  };
}

function findErrorCode(problem: unknown): string | undefined {
  if (typeof problem !== 'object' || problem === null || !('code' in problem)) return undefined;
  const { code } = problem;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : undefined;
}

/** Behind the message only, which may hold lines that look like these. */
function findOwnFrames({ stack = '', message }: Error, folder: string): readonly string[] {
  const end = stack.indexOf(message);
  if (end < 0) return [];
  const frames = stack.slice(end + message.length, end + message.length + maxStackChars);
  const places = [...frames.matchAll(/^ {4}at (?:.*\(|async )?(.+):(\d+):(\d+)\)?$/gm)];
  const ours = places.filter(([, file = '']) => dirname(file) === folder);
  return ours.slice(0, maxFrames).map(([, file = '', line, column]) => `${basename(file)}:${line}:${column}`);
}
