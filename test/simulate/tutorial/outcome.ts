import { answer, half } from './model';

/**
 * The result for the user: `whole`, the complete answer; `doubled`, the answer with its start repeated; `half` or
 * `nothing`, presented as a complete answer; `error`, an error message; `hangs`, neither an answer nor an error.
 */
export type Outcome = 'whole' | 'doubled' | 'half' | 'nothing' | 'error' | 'hangs';

/** The end of a client's run. */
export interface Ending {
  /** Text that the client has shown. */
  readonly text: string;
  /** Result that the client reports, or undefined if it reports none. */
  readonly report: 'answered' | 'failed' | undefined;
}

const texts: Readonly<Record<string, Outcome>> = {
  [answer]: 'whole',
  [half + answer]: 'doubled',
  [half]: 'half',
  '': 'nothing',
};

/** Returns the outcome for the user. @throws if the text is not an expected one */
export function outcomeOf({ text, report }: Ending): Outcome {
  const outcome = texts[text];
  if (outcome === undefined) throw new Error(`Unexpected text: ${text}`);
  switch (report) {
    case 'answered':
      return outcome;
    case 'failed':
      return 'error';
    case undefined:
      return 'hangs';
  }
}
