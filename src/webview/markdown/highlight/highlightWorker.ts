import { codeRuns } from './codeRuns';
import type { WorkerAnswer, WorkerRequest } from './workerRuns';

/** Runs beside the page: a grammar of highlight.js may take minutes over code that was written to make it. */
const answer = (message: WorkerAnswer): void => self.postMessage(message);

self.onmessage = ({ data: { language, code } }: MessageEvent<WorkerRequest>) => answer(codeRuns(language, code));
answer('ready');
