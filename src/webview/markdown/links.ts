const FOLLOWABLE = /^(?:https?:\/\/[^/?#]|mailto:.)/i;

/** What may be opened from an answer: absolute web addresses and mail. Everything else is shown as its label. */
export function isFollowable(href: string): boolean {
  return FOLLOWABLE.test(href);
}

/** The tooltip always says where a link goes, whatever its label and its own title claim. */
export function linkTooltip(href: string, title: string): string {
  return title === '' ? href : `${title} (${href})`;
}
