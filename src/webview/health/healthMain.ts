import type { ToHealthPage } from '../../shared/healthMessages';
import type { PanelStrings } from '../../shared/panelStrings';
import { createHealthPage } from './healthPage';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root element.');

const api = acquireVsCodeApi();
const { strings = '{}' } = document.body.dataset;
const page = createHealthPage(root, api, JSON.parse(strings) as PanelStrings, document.documentElement.lang);
window.addEventListener('message', ({ data, origin }: MessageEvent<ToHealthPage>) => {
  // Ignores messages from other origins. The extension's messages come from the same origin, because VS Code forwards
  // them from a frame of this origin.
  if (origin === window.origin) page.show(data.report, data.tab);
});
api.postMessage({ type: 'ready' });
