import { answer, half } from './model';

/**
 * What the reader is left with: `whole`, exactly what the model said; `doubled`, its beginning twice; `half` and
 * `nothing`, reported as if they were the answer; `error`, told that there is none; `hangs`, told nothing for ever.
 */
export type Outcome = 'whole' | 'doubled' | 'half' | 'nothing' | 'error' | 'hangs';

export interface Ending {
  /** What is on the screen. */
  readonly text: string;
  /** What the client says of it, if it ever says anything. */
  readonly report: 'answered' | 'failed' | undefined;
}

const texts: Readonly<Record<string, Outcome>> = {
  [answer]: 'whole',
  [half + answer]: 'doubled',
  [half]: 'half',
  '': 'nothing',
};

/** @throws if the text is none that a client should come to */
export function outcomeOf({ text, report: said }: Ending): Outcome {
  const outcome = texts[text];
  if (outcome === undefined) throw new Error(`What is this? ${text}`);
  switch (said) {
    case 'answered':
      return outcome;
    case 'failed':
      return 'error';
    case undefined:
      return 'hangs';
  }
}
