import type { TurnState } from '../protocol';
import type { PanelStrings } from './strings';
import { fill } from './strings';

/**
 * That an answer was put together from parts, and why: under it, for what is inside is the model's. Empty: it is of
 * one piece.
 */
export function seamText(strings: PanelStrings, { seams, timeline }: TurnState): string {
  if (seams.length === 0) return '';
  if (seams.length > 1) return fill(strings.seamOften, String(seams.length));
  // None where a person has gone on with an answer that was over.
  const cut = timeline.findLast(({ event }) => event === 'cut');
  return cut ? fill(strings.seamAfterCut, cut.detail) : strings.seamOnce;
}
