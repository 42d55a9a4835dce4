import type { FaultDetails, PanelStrings } from '../../shared/panelStrings';
import { webviewHtml, type WebviewPage } from '../ui/webviewPage';

interface PanelPage extends WebviewPage {
  readonly strings: PanelStrings;
  readonly help: FaultDetails;
}

/** Returns the HTML of a panel's page. */
export function panelHtml({ strings, help, ...page }: PanelPage): string {
  // Allows web workers from blob URLs, because the script of the page creates the worker of the syntax highlighter from
  // a string.
  const directives = ['worker-src blob:'];
  return webviewHtml(page, { strings: JSON.stringify(strings), help: JSON.stringify(help) }, directives);
}
