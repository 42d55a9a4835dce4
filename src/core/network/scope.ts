/** What a limit or a breaker applies to: a model behind an origin, for the owner of a key. */
export interface Scope {
  /** e.g. `https://api.holysheep.ai` */
  readonly origin: string;
  readonly apiKey: string;
  readonly model: string;
}
