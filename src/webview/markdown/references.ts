/** Link definition in the form that markdown-it uses. */
interface Reference {
  readonly title: string;
  readonly href: string;
}

/** Link labels that were looked up, with their definitions. The value is undefined for a label without a definition. */
export type Lookups = ReadonlyMap<string, Reference | undefined>;

/**
 * Link definitions of a Markdown text. If a label has several definitions, the first definition wins. The definitions
 * in `earlier` belong to the text before this text, so they take precedence.
 */
export class References {
  private readonly own = new Map<string, Reference>();

  constructor(private readonly earlier?: References) {}

  lookUp(label: string): Reference | undefined {
    return this.earlier?.lookUp(label) ?? this.own.get(label);
  }

  define(label: string, reference: Reference): void {
    if (!this.lookUp(label)) this.own.set(label, reference);
  }

  /** Returns whether each link label in `lookups` still has the same definition. */
  resolveTo(lookups: Lookups): boolean {
    for (const [label, before] of lookups) {
      const now = this.lookUp(label);
      if (now?.href !== before?.href || now?.title !== before?.title) return false;
    }
    return true;
  }

  /**
   * Returns the object through which markdown-it reads and writes link definitions. The labels that markdown-it reads
   * are added to `lookups`.
   */
  record(lookups?: Map<string, Reference | undefined>): Record<string, Reference> {
    const get = (_: object, label: string | symbol): Reference | undefined => {
      if (typeof label === 'symbol') return undefined;
      const reference = this.lookUp(label);
      lookups?.set(label, reference);
      return reference;
    };
    const set = (_: object, label: string | symbol, reference: Reference): boolean => {
      if (typeof label === 'string') this.define(label, reference);
      return true;
    };
    return new Proxy<Record<string, Reference>>({}, { get, set });
  }
}
