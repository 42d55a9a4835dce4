import type { TurnState } from '../protocol';
import type { PanelContext } from './panelContext';
import { fill } from './strings';

/**
 * That an answer was put together from parts, and why: under it, for what is inside is the model's. Empty: it is of
 * one piece.
 */
export function seamText(
  { strings, format }: Pick<PanelContext, 'strings' | 'format'>,
  { seams }: Pick<TurnState, 'seams'>,
): string {
  if (seams.length === 0) return '';
  const cuts = seams.filter(({ cut }) => cut !== undefined);
  const [only] = cuts;
  // Where a person has gone on with an answer that was over, nothing broke.
  if (only?.cut === undefined) return strings.seamOnce;
  return cuts.length > 1
    ? fill(strings.seamOften, String(cuts.length))
    : fill(strings.seamAfterCut, only.cut, format.number(only.offset));
}
