import { fillTemplate } from '../../shared/format';
import type { PageContext } from '../pageContext';
import type { ConversationView } from './conversationView';
import type { Notice, NoticeArea } from './noticeArea';
import type { SummaryEntry } from './summaryEntry';

/** The notice offers a summary when the next request fills at least this percentage of the context window. */
const minPercent = 90;

const offerId = 'context';

/**
 * Returns a function that creates the notice about the context window. The notice offers a summary before the context
 * window is full. It also reports that a summary is being written, is ready or was interrupted, because the summary might
 * be out of view.
 */
export function createContextNotice(
  { strings, format, post, isReadOnly }: PageContext,
  area: NoticeArea,
  showSummary: (summary: SummaryEntry) => void,
) {
  /** Summary that is being written, is ready or was interrupted. */
  let summary: SummaryEntry | undefined;

  const createSummaryNotice = (shown: SummaryEntry): Notice => {
    const { isRunning } = shown.answers[0];
    const isInterrupted = !isRunning && !shown.isUsable;
    const endText = isInterrupted ? strings.summaryInterrupted : strings.summaryReady;
    return {
      id: `${isInterrupted ? 'interrupted' : 'summary'}-${shown.id}`,
      text: isRunning ? strings.summarizing : endText,
      icon: 'info',
      actions: [{ caption: strings.show, choose: () => showSummary(shown), dismisses: !isRunning }],
      isPersistent: isRunning,
      isSilent: isRunning,
    };
  };

  /** @param percent percentage of the context window that the next request fills, or undefined if it is unknown */
  return (conversation: ConversationView, percent: number | undefined): readonly Notice[] => {
    const { canMentionSummary, canSummarize, unfinishedSummary } = conversation;
    // After *Undo*, the element of the summary is no longer in the document, so the summary is not reported as ready.
    const isReady = canMentionSummary && summary?.isUsable && summary.element.isConnected;
    if (unfinishedSummary || !isReady) summary = unfinishedSummary;
    // If the user has dismissed the offer, it appears again the next time that the context window becomes almost full.
    if (percent !== undefined && percent < minPercent) area.forget(offerId);
    const notices = summary ? [createSummaryNotice(summary)] : [];
    if (percent === undefined || percent < minPercent) return notices;
    if (!canMentionSummary || !canSummarize || isReadOnly()) return notices;
    const almostFull = fillTemplate(strings.contextAlmostFull, format.number(percent));
    const text = percent > 100 ? strings.contextOverfull : almostFull;
    const summarize = { caption: strings.summarize, choose: () => post({ type: 'summarize' }) };
    return [...notices, { id: offerId, text, icon: 'info', actions: [summarize] }];
  };
}
