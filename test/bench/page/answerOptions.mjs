import { panelStrings } from '../../../src/shared/panelStrings';

/** Options that the panel passes to the renderer, except for the scheduler. */
export const answerOptions = { labels: panelStrings, canApply: true, onCodeAction() {}, onLink() {} };
