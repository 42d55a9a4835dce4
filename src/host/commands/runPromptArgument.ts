import type { Localize } from '../../core/engine';
import { ArgumentError } from '../userError';

export interface NamedPrompt {
  readonly title: string;
  /** Absent: the user's own if there is one, else the workspace's. */
  readonly from?: 'user' | 'workspace' | undefined;
}

/** @throws ArgumentError that says what is wrong */
export function runPromptArgument(argument: unknown, localize: Localize): NamedPrompt {
  const { title, from }: Readonly<Record<string, unknown>> =
    typeof argument === 'string' ? { title: argument } : { ...(argument as object | null) };
  if (typeof title !== 'string' || !title.trim()) {
    throw new ArgumentError(localize('"holysheep.runPrompt" takes the title of a prompt.'));
  }
  return { title: title.trim(), from: from === 'user' || from === 'workspace' ? from : undefined };
}
