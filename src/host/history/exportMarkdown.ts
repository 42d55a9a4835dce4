import type { Localize } from '../../engine/engine';
import { knownLocale, visibleText } from '../../engine/gateway/visibleText';
import { hasArrived, isRunning } from '../../engine/state/turnState';
import { panelStrings } from '../../shared/panelStrings';
import type { Attachment } from '../../shared/protocol';
import { codeFence } from '../code/codePrompts';
import type { Exchange } from '../conversation/exchange';
import { FencedText } from '../util/fencedText';
import { firstAttemptAt, modelOf, type ExportSource } from './exportSource';

const maxTitleLength = 1000;

interface MarkdownContext {
  readonly localize: Localize;
  /** Of the display language, e.g. `zh-cn`. */
  readonly locale: string;
}

/** To be read: what was asked and answered, with how it ended where that was not as it should. */
export function exportMarkdown({ title, exchanges }: ExportSource, words: MarkdownContext): string {
  const blocks = [`# ${visibleText(title, maxTitleLength)}`];
  const at = exchanges.map(firstAttemptAt).find((time) => time !== undefined);
  if (at !== undefined) blocks.push(`*${longDate(at, words.locale)}*`);
  for (const exchange of exchanges) blocks.push(...questionBlocks(exchange, words), ...answerBlocks(exchange, words));
  return `${blocks.join('\n\n')}\n`;
}

function questionBlocks({ prompt, attachments = [] }: Exchange, { localize }: MarkdownContext): readonly string[] {
  return [
    `## ${localize(panelStrings.you)}`,
    closeCodeFence(prompt),
    ...attachments.flatMap((attachment) => [attachmentLabel(attachment, localize), attachmentText(attachment)]),
  ];
}

function answerBlocks(exchange: Exchange, { localize }: MarkdownContext): readonly string[] {
  const { text } = exchange.state;
  const note = outcomeNote(exchange, localize);
  return [
    `## ${modelOf(exchange) ?? localize(panelStrings.assistant)}`,
    ...(text === '' ? [] : [closeCodeFence(text)]),
    ...(note === undefined ? [] : [quote(note)]),
  ];
}

function quote(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .map((line) => `> ${line}`)
    .join('\n');
}

function attachmentLabel({ label, truncated }: Attachment, localize: Localize): string {
  const line = label.replace(/\s+/g, ' ');
  return truncated ? localize('{label}, only its beginning:', { label: line }) : `${line}:`;
}

function attachmentText({ kind, code, languageId }: Attachment): string {
  return codeFence(code, kind === 'problems' ? '' : languageId);
}

/** undefined: the answer is whole, and says so by being there. */
function outcomeNote({ state, queued }: Exchange, localize: Localize): string | undefined {
  if (queued || isRunning(state.phase)) return localize('The answer was not complete yet when this was saved.');
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
function closeCodeFence(text: string): string {
  const complete = text.endsWith('\n') ? text : `${text}\n`;
  const fenced = new FencedText();
  fenced.push(complete);
  return fenced.seam ? complete + fenced.seam.close.trimEnd() : text;
}

function longDate(at: number, locale: string): string {
  return new Intl.DateTimeFormat(knownLocale(locale), { dateStyle: 'long', timeStyle: 'short' }).format(at);
}
