import type { FaultHelp, ToWebview } from '../protocol';
import { observeSizeInBrowser } from './autoscroll';
import { draftShelfInBrowser } from './draftShelf';
import { observeNearInBrowser } from './observeNear';
import { createStreamingMarkdown } from './markdown/streamingMarkdown';
import { createPanel } from './panel';
import { browserClock } from './panelClock';
import type { PanelStrings } from './strings';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root: the host wrote another document.');

const api = acquireVsCodeApi();
const { strings = '{}', help = '{}', locale = 'en' } = document.body.dataset;
const panel = createPanel(root, {
  api,
  shelf: draftShelfInBrowser(),
  strings: JSON.parse(strings) as PanelStrings,
  help: JSON.parse(help) as FaultHelp,
  locale,
  clock: browserClock,
  observeSize: observeSizeInBrowser,
  observeNear: observeNearInBrowser,
  createMarkdown: createStreamingMarkdown,
});
window.addEventListener('message', (event: MessageEvent<ToWebview>) => panel.receive(event.data));
api.postMessage({ type: 'ready' });
