import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A recorded stream of a provider. See the notice in the folder of the recordings. */
interface Recording {
  /** Name of the recording, e.g. `openai-text`. */
  readonly name: string;
  /** Unchanged JSON of the recorded events. */
  readonly lines: readonly string[];
  /** The answer that a client must produce. */
  readonly text: string;
  readonly reasoning: string;
}

interface Delta {
  readonly content?: string | readonly { readonly type: string; readonly text?: string }[] | null;
  readonly reasoning_content?: string | null;
  readonly reasoning?: string | null;
}

const folder = join(__dirname, '..', 'streams');

export const recordings: readonly Recording[] = readdirSync(folder)
  .filter((file) => file.endsWith('.jsonl'))
  .sort()
  .map((file) => read(file.replace(/\.jsonl$/, ''), readFileSync(join(folder, file), 'utf8')));

function read(name: string, jsonl: string): Recording {
  const lines = jsonl.split('\n').filter((line) => line.trim() !== '');
  let text = '';
  let reasoning = '';
  for (const line of lines) {
    const chunk = JSON.parse(line) as { readonly choices?: readonly { readonly delta?: Delta }[] };
    const delta = chunk.choices?.[0]?.delta ?? {};
    text += visible(delta.content);
    reasoning += (delta.reasoning_content ?? delta.reasoning ?? '') + thinking(delta.content);
  }
  return { name, lines, text, reasoning };
}

function visible(content: Delta['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => (part.type === 'text' ? (part.text ?? '') : '')).join('');
}

/** Joins the text of nested parts, because Mistral sends its reasoning as parts of a part. */
function thinking(content: Delta['content']): string {
  if (!content || typeof content === 'string') return '';
  return content.map((part) => ('thinking' in part ? visible(part.thinking as Delta['content']) : '')).join('');
}
