/** A folder and all above it; not the path of a URL, and not the two parts of `Qwen/Qwen2.5`. */
const folders = /(?<![\w:/.…-])(?:(?:~[^\s\\/~]*|\.{1,2}|[a-z]:)[\\/](?:[^]*[\\/])?|(?:file:\/|\/|\\\\)[^]*[\\/])/gi;
/**
 * A URL up to white space or a quotation mark. The length of the scheme is limited, and a match includes any URLs
 * within the URL. Otherwise a long text would be searched to its end again from each of its letters.
 */
const urls = /[a-z][\w+.-]{0,30}:\/\/[^\s"]*/gi;
const credentials = /(:\/\/)[^\s/?#"]*@/g;
/** URLs whose password contains characters that usually end the host. */
const oddCredentials = /(:\/\/)(?!\[)[^/?#@:]*:(?=\d*[^\d/@])[^]*@/g;
const query = /[?#][^]*/;

/**
 * Without where something is on this computer, which names its user for one: servers on the own machine call models by
 * their files. Of a URL neither user and password remain, nor what its query holds.
 */
export function withoutPlaces(text: string): string {
  const withoutSecrets = text.replace(urls, (url) => withoutCredentials(url).replace(query, ''));
  return withoutSecrets.replace(folders, '…/');
}

/** Stops at the last `@`, because each search beyond it would read the rest of a long text in vain. */
function withoutCredentials(url: string): string {
  const end = url.lastIndexOf('@') + 1;
  return url.slice(0, end).replace(oddCredentials, '$1').replace(credentials, '$1') + url.slice(end);
}
