import { basename, dirname } from 'node:path';

/** An error in a diagnostics report. The record leaves out the message, because a message may quote any text. */
export interface ErrorRecord {
  readonly time: number;
  /** Name of the error class, or `text` when something other than an `Error` was thrown. */
  readonly name: string;
  /** Error code, e.g. `ENOSPC`, of the error or of its cause. */
  readonly code?: string | undefined;
  /** Stack frames in the files of this extension, innermost first, e.g. `app-RXFHMWMG.js:1:2345`. */
  readonly at: readonly string[];
}

const maxFrames = 5;
/** In characters. A stack starts with the message of the error, which may have any length. */
const maxStackChars = 5000;

/** @param time epoch milliseconds. @param folder the folder of the extension's bundles */
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

/** Skips the message, because it may contain lines that look like stack frames. */
function findOwnFrames({ stack = '', message }: Error, folder: string): readonly string[] {
  const end = stack.indexOf(message);
  if (end < 0) return [];
  const frames = stack.slice(end + message.length, end + message.length + maxStackChars);
  const parsedFrames = [...frames.matchAll(/^ {4}at (?:.*\(|async )?(.+):(\d+):(\d+)\)?$/gm)];
  const ownFrames = parsedFrames.filter(([, file = '']) => dirname(file) === folder);
  return ownFrames.slice(0, maxFrames).map(([, file = '', line, column]) => `${basename(file)}:${line}:${column}`);
}
