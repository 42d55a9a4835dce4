/** A link reference definition, as markdown-it keeps it. */
export interface Reference {
  readonly title: string;
  readonly href: string;
}

/** What a label stood for when a block was rendered; undefined: nothing. */
export type Lookups = ReadonlyMap<string, Reference | undefined>;

/**
 * The record markdown-it reads and writes definitions through. It tells a missing definition from none at all, and
 * lets the reader know which labels a block has asked for.
 */
export function createReferenceRecord(
  read: (label: string) => Reference | undefined,
  define?: (label: string, reference: Reference) => void,
): Record<string, Reference> {
  return new Proxy<Record<string, Reference>>(
    {},
    {
      get: (_, label) => (typeof label === 'string' ? read(label) : undefined),
      set: (_, label, reference: Reference) => {
        if (typeof label === 'string') define?.(label, reference);
        return true;
      },
    },
  );
}

function isSameReference(a: Reference | undefined, b: Reference | undefined): boolean {
  return a === b || (a?.href === b?.href && a?.title === b?.title);
}

/** Definitions of the committed text win over those of the open tail, which live as long as one flush. */
export class ReferenceScope {
  readonly tailDefinitions = new Map<string, Reference>();

  constructor(private readonly committed: ReadonlyMap<string, Reference>) {}

  readonly lookUp = (label: string): Reference | undefined =>
    this.committed.get(label) ?? this.tailDefinitions.get(label);

  createRecord(): Record<string, Reference> {
    return createReferenceRecord(this.lookUp, (label, reference) => {
      this.tailDefinitions.set(label, reference);
    });
  }

  /** Whether the open tail gives another meaning to one of the labels. */
  redefines(lookups: Lookups): boolean {
    for (const label of this.tailDefinitions.keys()) if (lookups.has(label) && !this.committed.has(label)) return true;
    return false;
  }

  resolvesTo(lookups: Lookups): boolean {
    for (const [label, reference] of lookups) if (!isSameReference(this.lookUp(label), reference)) return false;
    return true;
  }
}
