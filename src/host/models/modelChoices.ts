export interface ModelChoice {
  readonly model: string;
  /** `typed`: what the person wrote, to be used as it is. */
  readonly kind: 'current' | 'other' | 'typed';
}

/** What a person can choose from: the current model first, what they typed last unless it is in the list. */
export function modelChoices(
  models: readonly string[],
  current: string,
  exclude: string | undefined,
  typed: string,
): readonly ModelChoice[] {
  const offered = [current, ...models.filter((model) => model !== current)].filter((model) => model !== exclude);
  const wanted = typed.trim();
  const free = wanted !== '' && wanted !== exclude && !offered.includes(wanted);
  return [
    ...offered.map((model): ModelChoice => ({ model, kind: model === current ? 'current' : 'other' })),
    ...(free ? [{ model: wanted, kind: 'typed' } as const] : []),
  ];
}
