import * as vscode from 'vscode';
import { visibleText } from '../../engine/gateway/visibleText';
import { costsOf, shownCosts } from '../../engine/state/turnCost';
import { isRunning } from '../../engine/state/turnState';
import { describeOutcome, describeResumePoints } from '../../shared/describe';
import { describeTotalCost } from '../../shared/describeCost';
import type { Attachment } from '../../shared/protocol';
import { codeFence } from '../code/codePrompts';
import { escapeUnconfirmedLinks } from '../code/markdownLinks';
import type { ReadImage } from '../conversation/requestImages';
import type { Answer, Prompt, ShownSummary, Step } from '../../shared/exchanges';
import { comparedWith, costOfAnswers } from '../journal/exchange';
import { escapeMarkdown } from '../ui/messageText';
import { hostWords } from '../ui/words';
import { FencedText } from '../util/fencedText';
import { firstAttemptAt, modelsOf, type ExportSource } from './exportSource';

const maxTitleLength = 1000;

/**
 * Returns a conversation as Markdown, with prompts, attachments, images and answers. After an incomplete answer, a note
 * explains how its turn ended.
 */
export function exportMarkdown({ title, tree, readImage }: ExportSource): string {
  const path = tree.path();
  const imageUrls = dataUrls(path, readImage);
  const blocks = [`# ${visibleText(title, maxTitleLength)}`];
  const startedAt = path.map(({ answer }) => firstAttemptAt(answer)).find((time) => time !== undefined);
  if (startedAt !== undefined) blocks.push(`*${longDate(startedAt)}*`);
  const total = describeTotalCost(hostWords(), costOfAnswers(tree.answers()));
  if (total !== undefined) blocks.push(`*${total}*`);
  const summaries = new Map(tree.usableSummaries().map((summary) => [summary.turns, summary]));
  blocks.push(...summaryBlocks(summaries.get(0)));
  for (const [index, { exchange, answer }] of path.entries()) {
    const compared = comparedWith(exchange, answer);
    blocks.push(
      ...promptBlocks(exchange, imageUrls),
      ...(compared.length > 1 ? comparisonBlocks(compared) : answerBlocks(answer)),
      ...summaryBlocks(summaries.get(index + 1)),
    );
  }
  // The data URLs of the images are at the end, where their long lines don't interrupt the text. They must not be
  // escaped, because a backslash would damage the data.
  const definitions = Array.from(imageUrls, ([hash, url]) => `[${hash}]: ${url}`);
  return `${[escapeUnconfirmedLinks(blocks.join('\n\n')), ...definitions].join('\n\n')}\n`;
}

/** Returns data URLs with the contents of all images, keyed by the hashes of the images. */
function dataUrls(path: readonly Step[], readImage: ReadImage): ReadonlyMap<string, string> {
  const urls = new Map<string, string>();
  for (const image of path.flatMap(({ exchange }) => exchange.images ?? [])) {
    const data = readImage(image);
    if (data) urls.set(image.hash, `data:${image.mimeType};base64,${data.toString('base64')}`);
  }
  return urls;
}

function promptBlocks(
  { prompt, attachments = [], images = [] }: Prompt,
  imageUrls: ReadonlyMap<string, string>,
): readonly string[] {
  return [
    `## ${hostWords().strings.you}`,
    closeCodeFence(prompt),
    ...images.map(({ name, hash }) => {
      const label = escapeMarkdown(visibleText(name));
      return imageUrls.has(hash) ? `![${label}][${hash}]` : quote(`${label}: ${hostWords().strings.imageMissing}`);
    }),
    ...attachments.flatMap((attachment) => [
      attachmentLabel(attachment),
      codeFence(attachment.code, attachment.kind === 'problems' ? '' : attachment.languageId),
    ]),
  ];
}

/**
 * Exports compared answers below a common heading.
 * @param answers the answer with which the conversation continues, followed by the other answers
 */
function comparisonBlocks(answers: readonly Answer[]): readonly string[] {
  const models = hostWords().format.list(answers.map((answer) => modelsOf(answer).at(-1) ?? ''));
  return [
    `## ${vscode.l10n.t('Comparison: {models}', { models })}`,
    ...answers.flatMap((answer) => answerBlocks(answer, '###')),
  ];
}

function summaryBlocks(summary: ShownSummary | undefined): readonly string[] {
  if (!summary) return [];
  const { answer, turns } = summary;
  const { strings, format } = hostWords();
  return [
    `## ${turns === 0 ? strings.summaryOfOther : format.plural(turns, strings.summaryOfOne, strings.summaryOf)}`,
    closeCodeFence(answer.state.text),
  ];
}

function answerBlocks(answer: Answer, heading = '##'): readonly string[] {
  const words = hostWords();
  const { text, resumePoints } = answer.state;
  const costs = shownCosts(costsOf(answer.state));
  const continuations = resumePoints.filter(({ models }) => models !== undefined);
  const notes = [describeResumePoints(words, continuations), outcomeNote(answer)];
  return [
    `${heading} ${modelsOf(answer).join(' → ') || words.strings.assistant}`,
    ...(text === '' ? [] : [closeCodeFence(text)]),
    ...notes.flatMap((note) => (note ? [quote(note)] : [])),
    ...(costs.length > 0 ? [`*${words.format.costs(costs)}*`] : []),
  ];
}

function quote(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .map((line) => `> ${line}`)
    .join('\n');
}

function attachmentLabel({ label, truncated }: Attachment): string {
  const line = label.replace(/\s+/g, ' ');
  return truncated ? vscode.l10n.t('{label} (truncated):', { label: line }) : `${line}:`;
}

/** Returns a text that explains how a turn ended, or `undefined` when its answer is complete. */
function outcomeNote({ state, isQueued }: Answer): string | undefined {
  return isQueued || isRunning(state.phase) || state.phase === 'scheduled'
    ? vscode.l10n.t('This answer was still incomplete when exported.')
    : describeOutcome(hostWords().strings, state);
}

/**
 * Closes a code block that is still open at the end of the text. Otherwise, the following text would be rendered as
 * code.
 */
function closeCodeFence(text: string): string {
  const complete = text.endsWith('\n') ? text : `${text}\n`;
  const fenced = new FencedText();
  fenced.push(complete);
  return fenced.interruption ? complete + fenced.interruption.close.trimEnd() : text;
}

function longDate(timeMs: number): string {
  return new Date(timeMs).toLocaleString(hostWords().format.language, { dateStyle: 'long', timeStyle: 'short' });
}
