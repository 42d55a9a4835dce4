/**
 * VS Code lets people write any display language into a file, `zh_CN` for instance; `Intl` throws on a tag it can't parse.
 * @returns undefined: that of the machine
 */
export function knownLocale(tag: string): string | undefined {
  const wellFormed = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(tag);
  return wellFormed ? Intl.NumberFormat.supportedLocalesOf(tag)[0] : undefined;
}
