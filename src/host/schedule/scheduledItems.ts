import { basename } from 'node:path/posix';
import type { Localize } from '../../engine/engine';
import { hostOf } from '../../engine/gateway/baseUrl';
import { plainLabel } from '../ui/messageText';
import type { ListedPrompt } from './scheduler';

/** A scheduled prompt as an item of the list. */
export interface ScheduledItem {
  readonly label: string;
  /** When the prompt is sent, to which model and gateway, and to which workspace it belongs if that is another one. */
  readonly detail: string;
}

interface ItemContext {
  readonly localize: Localize;
  /** Formats epoch milliseconds as a time, with the date unless it is today. */
  readonly formatTime: (at: number) => string;
  /** The current time in epoch milliseconds. */
  readonly now: number;
  /** Host name of the gateway in the settings, to which this window would send a prompt now. */
  readonly host: string;
}

/** Returns the item for a scheduled prompt: what will be sent, to whom, and when. */
export function scheduledItem(prompt: ListedPrompt, context: ItemContext): ScheduledItem {
  const { title, model, origin, isOwn, workspace } = prompt;
  const { localize } = context;
  const target = [plainLabel(model), plainLabel(isOwn ? context.host : hostOf(origin))];
  const parts = [timeText(prompt, context), ...target, ...(isOwn ? [] : [workspaceText(workspace, localize)])];
  return { label: plainLabel(title), detail: parts.join(' · ') };
}

function timeText({ dueAt, needsClick }: ListedPrompt, { localize, formatTime, now }: ItemContext): string {
  if (needsClick) return localize('Due, but not sent yet. Choose “Send now” to send it.');
  if (dueAt === undefined) return localize('Will be sent when the gateway can be reached');
  const time = formatTime(dueAt);
  return dueAt > now ? localize('Will be sent at {time}', { time }) : localize('Due since {time}', { time });
}

function workspaceText(workspace: string, localize: Localize): string {
  return workspace === ''
    ? localize('In a window without a folder')
    : localize('In the workspace “{name}”', { name: plainLabel(workspaceName(workspace)) });
}

/** Returns the name of the folder or of the workspace file at the end of a URI. */
function workspaceName(uri: string): string {
  try {
    return basename(decodeURIComponent(uri), '.code-workspace');
  } catch {
    return uri;
  }
}
