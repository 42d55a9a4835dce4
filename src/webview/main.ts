import type { FaultDetails, PanelStrings } from '../shared/panelStrings';
import highlightWorker from './markdown/highlight/highlightWorker?worker';
import { createRunFinder, startHighlightWorker } from './markdown/highlight/codeHighlighter';
import { scriptLoader, Typesetter } from './markdown/math/typesetter';
import { MarkdownStream } from './markdown/streamingMarkdown';
import { createPanel } from './panel';
import { UnsentStore } from './state/unsentStore';
import { browserClock } from './util/panelClock';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root element.');

const findRuns = createRunFinder(() => startHighlightWorker(highlightWorker), browserClock.callAfter);
const api = acquireVsCodeApi();
const { strings = '{}', help = '{}', images = '""', math } = document.body.dataset;
const typesetter = math === undefined ? undefined : new Typesetter(scriptLoader(JSON.parse(math) as string));
createPanel(root, {
  api,
  unsent: new UnsentStore(() => window.localStorage, Date.now),
  strings: JSON.parse(strings) as PanelStrings,
  help: JSON.parse(help) as FaultDetails,
  imagesUri: JSON.parse(images) as string,
  locale: document.documentElement.lang,
  clock: browserClock,
  createMarkdown: (within, options) => new MarkdownStream(within, { ...options, findRuns, typesetter }),
});
api.postMessage({ type: 'ready' });
