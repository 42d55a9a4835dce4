/** A link reference definition in the form that markdown-it uses. */
export interface Reference {
  readonly title: string;
  readonly href: string;
}

/**
 * The link labels that a block used when it was rendered, with their definitions. Undefined for a label without a
 * definition.
 */
export type Lookups = ReadonlyMap<string, Reference | undefined>;

/**
 * Returns the record through which markdown-it reads and writes link definitions.
 * @param read called with each label that markdown-it looks up
 * @param define called with each definition that markdown-it finds
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

/**
 * The link definitions that are known during one flush. Definitions in committed blocks take precedence over those in
 * the tail.
 */
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

  /** Returns whether the tail defines at least one of the labels, and no committed block defines that label. */
  redefines(lookups: Lookups): boolean {
    for (const label of this.tailDefinitions.keys()) if (lookups.has(label) && !this.committed.has(label)) return true;
    return false;
  }

  /** Returns whether each label still resolves to the definition that `lookups` contains for it. */
  resolvesTo(lookups: Lookups): boolean {
    for (const [label, reference] of lookups) if (!isSameReference(this.lookUp(label), reference)) return false;
    return true;
  }
}
