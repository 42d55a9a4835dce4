/** e.g. `https://api.holysheep.ai`; what is no URL is its own origin. */
export function originOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).origin : baseUrl;
}

/** For people: `api.holysheep.ai`, `localhost:11434`. */
export function hostOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : baseUrl;
}
