import type { FaultDetails, PanelStrings } from '../../shared/panelStrings';

interface PanelPage {
  /**
   * Random value that is different for every page. The content security policy allows only scripts that have this value
   * as their nonce.
   */
  readonly nonce: string;
  readonly cspSource: string;
  readonly scriptUri: string;
  readonly styleUris: readonly string[];
  readonly strings: PanelStrings;
  readonly help: FaultDetails;
  /** Display language, e.g. `zh-cn`. */
  readonly locale: string;
}

/** Returns the HTML of a panel's page. The page's script creates all visible elements. */
export function panelHtml(page: PanelPage): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${page.nonce}'`,
    `style-src ${page.cspSource}`,
    `img-src ${page.cspSource}`,
    `font-src 'none'`,
    // Allows web workers from blob URLs, because the script of the page creates the worker of the syntax highlighter
    // from a string.
    `worker-src blob:`,
    // Sets `base-uri` and `form-action` of the content security policy explicitly, because they don't fall back to
    // `default-src`.
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
  data-strings="${attribute(JSON.stringify(page.strings))}"
  data-help="${attribute(JSON.stringify(page.help))}"
  data-locale="${attribute(page.locale)}"
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
