/** A folder and all above it; not the path of a URL, and not the two parts of `Qwen/Qwen2.5`. */
const folders = /(?<![\w:/.…-])(?:(?:~[^\s\\/]*|\.{1,2}|[a-z]:)[\\/](?:[^]*[\\/])?|(?:file:\/|\/|\\\\)[^]*[\\/])/gi;
const credentials = /([a-z][\w+.-]*:\/\/)[^\s/?#"]*@/gi;
const query = /([a-z][\w+.-]*:\/\/[^\s?#"]*)[?#][^\s"]*/gi;

/**
 * Without where something is on this computer, which names its user for one: servers on the own machine call models by
 * their files. Of a URL neither user and password remain, nor what its query holds.
 */
export function withoutPlaces(text: string): string {
  return text.replace(credentials, '$1').replace(query, '$1').replace(folders, '…/');
}
