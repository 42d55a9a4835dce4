import { codeRuns } from './codeRuns';
import type { WorkerAnswer, WorkerRequest } from './workerRuns';

/** Highlighting runs in a worker, because highlight.js may take minutes for code that was written to slow it down. */
const answer = (message: WorkerAnswer): void => self.postMessage(message);

self.onmessage = ({ data: { language, code } }: MessageEvent<WorkerRequest>) => answer(codeRuns(language, code));
answer('ready');
