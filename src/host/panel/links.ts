const schemes: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);

/** Answers are data: no command, file or script link leaves the panel. @returns undefined for those. */
export function openableLink(href: string): string | undefined {
  const url = URL.parse(href.trim());
  return url && schemes.has(url.protocol) ? url.href : undefined;
}

const home = 'https://www.holysheep.ai';

/** Where credit is bought: HolySheep's own site, or whatever the gateway's origin shows. */
export function billingPage(origin: string): string {
  const { protocol, hostname } = new URL(origin);
  const isHolySheep = protocol === 'https:' && (hostname === 'holysheep.ai' || hostname.endsWith('.holysheep.ai'));
  return isHolySheep ? home : origin;
}
