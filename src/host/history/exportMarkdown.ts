import type { Localize } from '../../engine/engine';
import { knownLocale, visibleText } from '../../engine/gateway/visibleText';
import { hasArrived, isRunning } from '../../engine/state/turnState';
import { panelStrings } from '../../shared/panelStrings';
import type { Attachment } from '../../shared/protocol';
import { codeFence } from '../code/codePrompts';
import type { Exchange } from '../conversation/exchange';
import { FencedText } from '../util/fencedText';
import { askedAt, modelOf, type ExportSource } from './exportSource';

const titleLength = 1000;

interface MarkdownWords {
  readonly localize: Localize;
  /** Of the display language, e.g. `zh-cn`. */
  readonly locale: string;
}

/** To be read: what was asked and answered, with how it ended where that was not as it should. */
export function exportMarkdown({ title, exchanges }: ExportSource, words: MarkdownWords): string {
  const blocks = [`# ${visibleText(title, titleLength)}`];
  const at = exchanges.map(askedAt).find((time) => time !== undefined);
  if (at !== undefined) blocks.push(`*${longDate(at, words.locale)}*`);
  for (const exchange of exchanges) blocks.push(...question(exchange, words), ...answer(exchange, words));
  return `${blocks.join('\n\n')}\n`;
}

function question({ prompt, attachments = [] }: Exchange, { localize }: MarkdownWords): readonly string[] {
  return [
    `## ${localize(panelStrings.you)}`,
    closed(prompt),
    ...attachments.flatMap((attachment) => [attachmentLabel(attachment, localize), attachmentText(attachment)]),
  ];
}

function answer(exchange: Exchange, { localize }: MarkdownWords): readonly string[] {
  const { text } = exchange.state;
  const note = outcome(exchange, localize);
  return [
    `## ${modelOf(exchange) ?? localize(panelStrings.assistant)}`,
    ...(text === '' ? [] : [closed(text)]),
    ...(note === undefined ? [] : [quoted(note)]),
  ];
}

function quoted(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .map((line) => `> ${line}`)
    .join('\n');
}

function attachmentLabel({ label, truncated }: Attachment, localize: Localize): string {
  const line = label.replace(/\s+/g, ' ');
  return truncated ? localize('{label} (truncated):', { label: line }) : `${line}:`;
}

function attachmentText({ kind, code, languageId }: Attachment): string {
  return codeFence(code, kind === 'problems' ? '' : languageId);
}

/** undefined: the answer is whole, and says so by being there. */
function outcome({ state, queued }: Exchange, localize: Localize): string | undefined {
  if (queued || isRunning(state.phase)) return localize('This answer was still incomplete when exported.');
  const partial = hasArrived(state);
  switch (state.phase) {
    case 'failed':
      return state.failure?.message;
    case 'stopped':
      return localize(partial ? panelStrings.stoppedPartial : panelStrings.stopped);
    case 'interrupted':
      return localize(partial ? panelStrings.interruptedPartial : panelStrings.interrupted);
    default:
      return state.finishReason === 'length' ? localize(panelStrings.lengthLimit) : undefined;
  }
}

/** A code block that was never closed ends with its text, or what follows would be code as well. */
function closed(text: string): string {
  const complete = text.endsWith('\n') ? text : `${text}\n`;
  const fenced = new FencedText();
  fenced.push(complete);
  return fenced.seam ? complete + fenced.seam.close.trimEnd() : text;
}

function longDate(at: number, locale: string): string {
  return new Intl.DateTimeFormat(knownLocale(locale), { dateStyle: 'long', timeStyle: 'short' }).format(at);
}
