import type { CommandId } from './commandIds';

/** A command a file; the registry hands every rejection to the one error boundary. */
export interface Command {
  /** As in package.json, e.g. `holysheep.ask`. */
  readonly id: CommandId;
  execute(...args: unknown[]): unknown;
}
