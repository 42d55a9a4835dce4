export interface WebviewPage {
  /** Random value that a script must have. The content security policy blocks scripts without this value. */
  readonly nonce: string;
  readonly cspSource: string;
  readonly scriptUri: string;
  readonly styleUris: readonly string[];
  readonly locale: string;
}

/**
 * Returns the HTML of a webview page.
 * @param data values for the page's script. The script reads them as JSON from the attributes `data-<name>` of the
 * body.
 */
export function webviewHtml(
  page: WebviewPage,
  data: Readonly<Record<string, unknown>>,
  directives: readonly string[] = [],
): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${page.nonce}'`,
    `style-src ${page.cspSource}`,
    `img-src ${page.cspSource}`,
    `font-src 'none'`,
    ...directives,
    // The directives `base-uri` and `form-action` are set explicitly, because `default-src` does not apply to them.
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!doctype html>
<html lang="${attribute(page.locale)}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
  ${page.styleUris.map((uri) => `<link rel="stylesheet" href="${attribute(uri)}">`).join('\n  ')}
  <title>HolySheep</title>
</head>
<body
  ${Object.entries(data)
    .map(([name, value]) => `data-${name}="${attribute(JSON.stringify(value))}"`)
    .join('\n  ')}
>
  <main id="root"></main>
  <script nonce="${attribute(page.nonce)}" src="${attribute(page.scriptUri)}"></script>
</body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function attribute(value: string): string {
  return value.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
