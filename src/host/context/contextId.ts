import type { Span } from '../code/codeExcerpt';

/**
 * A context item in the form that its id encodes. The id can be stored, and the item can be read again by its id, e.g.
 * after a reload.
 */
export type ContextReference =
  | { readonly kind: 'selection'; readonly uri: string; readonly span: Span }
  | { readonly kind: 'file' | 'problems'; readonly uri: string }
  /** The files in all open editors. */
  | { readonly kind: 'editors' };

/** Returns the id that encodes a context item, e.g. `file:file:///a.ts` or `selection:file:///a.ts#2.0-8.4`. */
export function contextId(reference: ContextReference): string {
  switch (reference.kind) {
    case 'selection':
      return `selection:${reference.uri}#${formatPoint(reference.span.start)}-${formatPoint(reference.span.end)}`;
    case 'file':
    case 'problems':
      return `${reference.kind}:${reference.uri}`;
    case 'editors':
      return reference.kind;
  }
}

/** Returns the context item that an id encodes, or undefined for an invalid id. */
export function parseContextId(id: string): ContextReference | undefined {
  if (id === 'editors') return { kind: id };
  const { kind, target = '' } = /^(?<kind>[a-z]+):(?<target>.+)$/s.exec(id)?.groups ?? {};
  if (kind === 'file' || kind === 'problems') return { kind, uri: target };
  if (kind !== 'selection') return undefined;
  // Treats everything before the last `#` as the URI, because the URI itself may contain a `#` before its fragment.
  const [, uri, ...numbers] = /^(.+)#(\d+)\.(\d+)-(\d+)\.(\d+)$/s.exec(target) ?? [];
  const [startLine = 0, startCharacter = 0, endLine = 0, endCharacter = 0] = numbers.map(Number);
  if (uri === undefined) return undefined;
  return {
    kind,
    uri,
    span: {
      start: { line: startLine, character: startCharacter },
      end: { line: endLine, character: endCharacter },
    },
  };
}

function formatPoint({ line, character }: Span['start']): string {
  return `${line}.${character}`;
}
