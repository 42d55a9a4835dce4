import { panelStrings } from '../../../src/shared/panelStrings';

/** What the panel gives the renderer, but for the time it draws at. */
export const answerOptions = { labels: panelStrings, canApply: true, onCodeAction() {}, onLink() {} };
