import { visibleText } from '../../shared/protocol';

const FOLLOWABLE = /^(?:https?:\/\/[^/?#]|mailto:.)/i;

/** What may be opened from an answer: absolute web addresses and mail. Everything else is shown as its label. */
export function isFollowable(href: string): boolean {
  return FOLLOWABLE.test(href);
}

/** Characters of a link's title in its tooltip. */
const maxTitleLength = 200;

/**
 * Returns the tooltip of a link. The address comes first, because the model chose the title, which may look like an
 * address.
 */
export function linkTooltip(href: string, title: string): string {
  const visible = visibleText(title, maxTitleLength);
  return visible === '' ? href : `${href} (${visible})`;
}

/** Returns an address as the model wrote it, but with characters that have no glyph percent-encoded. */
export function visibleAddress(address: string): string {
  return address.replace(/[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, encodeURIComponent);
}
