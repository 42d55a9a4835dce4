import { findCodeRuns } from './codeRuns';
import type { WorkerMessage, WorkerRequest } from './workerRuns';

// Highlighting runs in a worker, because highlight.js may take minutes for code that was written to slow it down.

const send = (message: WorkerMessage): void => self.postMessage(message);

self.onmessage = ({ data: { language, code } }: MessageEvent<WorkerRequest>) => send(findCodeRuns(language, code));
send('ready');
