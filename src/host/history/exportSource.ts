import { visibleText } from '../../engine/gateway/visibleText';
import { runsOf } from '../../engine/state/turnState';
import type { Exchange } from '../conversation/exchange';
import type { OtherVersion } from '../conversation/exchanges';

/** What a conversation is exported from. */
export interface ExportSource {
  readonly title: string;
  /** Those that are shown, oldest first. */
  readonly exchanges: readonly Exchange[];
  /** Those that are not, in the order they were asked. */
  readonly otherVersions: readonly OtherVersion[];
}

/** Epoch milliseconds of the first attempt; undefined when there was none. */
export function firstAttemptAt({ state }: Exchange): number | undefined {
  return runsOf(state).flatMap(({ ledger }) => ledger.entries)[0]?.time;
}

/** The one that answered, or was to. */
export function modelOf({ state, model }: Exchange): string | undefined {
  return state.model || model;
}

const maxNameLength = 60;
/** Characters of a title that are read: more than a name has, because some may not be allowed in it. */
const maxTitleLength = 200;

/** Names that Windows keeps for devices, whatever follows the dot. */
const reservedName = /^(con|prn|aux|nul|com\d|lpt\d)$/i;

/**
 * Returns the title as a file name that every operating system allows.
 * @param fallback the name when no character of the title is allowed
 */
export function exportFileName(title: string, extension: string, fallback: string): string {
  const allowed = visibleText(title, maxTitleLength).replace(/[\\/:*?"<>|\s]+/g, ' ');
  const name = trimDots(Array.from(trimDots(allowed)).slice(0, maxNameLength).join(''));
  return `${name === '' || reservedName.test(name) ? fallback : name}.${extension}`;
}

/** Windows drops a final dot, and other systems hide a file whose name starts with one. */
function trimDots(name: string): string {
  return name.replace(/^[\s.…]+|[\s.…]+$/g, '');
}
