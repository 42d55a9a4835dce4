import type { Spec } from '../tree';
import type { Cut, OpenBlock } from './cut';

/**
 * Boxes of whole lines of code are final: where one ends depends on what is before it alone. The opening line stands in
 * for them, so that indentation and the closing fence are read as ever.
 */
export function cutFence({ text, spec, lineStart }: OpenBlock): Cut | undefined {
  const pre = spec.children.at(-1);
  const code = typeof pre === 'object' ? pre.children[0] : undefined;
  const pieces = typeof code === 'object' ? code.children : [];
  const end = pieces.findIndex((piece) => typeof piece === 'string' && piece !== '\n');
  const count = end < 0 ? 0 : end;
  if (count === 0) return undefined;
  const lines = pieces.slice(0, count).reduce((sum, piece) => sum + lineEnds(piece), 0);
  return {
    end: lineStart(1 + lines),
    standIn: text.slice(0, lineStart(1)),
    beginning: { kind: 'fence' },
    final: { depth: 2, count, text: 0 },
  };
}

function lineEnds(piece: Spec): number {
  const texts = typeof piece === 'string' ? [piece] : piece.children;
  return texts.reduce<number>((sum, text) => sum + (typeof text === 'string' ? text.split('\n').length - 1 : 0), 0);
}
