import { findCodeRuns, type CodeRequest } from './codeRuns';

// Highlighting runs in a worker, because highlight.js can take minutes for code that was written to slow it down.

self.onmessage = ({ data: { language, code } }: MessageEvent<CodeRequest>) =>
  self.postMessage(findCodeRuns(language, code));
