import { basename, dirname } from 'node:path';

/** An error in the diagnostics report. The error's message is omitted, because it can quote any text. */
export interface ErrorRecord {
  readonly time: number;
  /** Name of the error's class, or `text` if the thrown value is not an `Error`. */
  readonly name: string;
  /** Code of the error or of its cause, such as `ENOSPC`. */
  readonly code?: string | undefined;
  /** Stack frames in the files of this extension, innermost first, such as `app-RXFHMWMG.js:1:2345`. */
  readonly at: readonly string[];
}

const maxFrames = 5;
/** Maximum number of characters of a stack that are searched for stack frames. A stack can be of any length. */
const maxStackChars = 5000;

/**
 * Returns the record of an error without its message.
 * @param time time of the error in epoch milliseconds
 * @param folder folder that contains the extension's files
 */
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

/** The message at the start of the stack is skipped, because it can contain lines that look like stack frames. */
function findOwnFrames({ stack = '', message }: Error, folder: string): readonly string[] {
  const end = stack.indexOf(message);
  if (end < 0) return [];
  const frames = stack.slice(end + message.length, end + message.length + maxStackChars);
  const parsedFrames = [...frames.matchAll(/^ {4}at (?:.*\(|async )?(.+):(\d+):(\d+)\)?$/gm)];
  const ownFrames = parsedFrames.filter(([, file = '']) => dirname(file) === folder);
  return ownFrames.slice(0, maxFrames).map(([, file = '', line, column]) => `${basename(file)}:${line}:${column}`);
}
