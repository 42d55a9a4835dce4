import { faultWords } from '../../shared/panelStrings';
import type { PanelStrings } from '../../shared/panelStrings';
import type { LedgerEntry, LedgerWait, TurnTotals } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { fill } from '../util/format';

/** A few words of a row of the timeline. */
export interface Fact {
  readonly text: string;
  /** Only for those who ask. */
  readonly more?: string | undefined;
}

/** A shorter time reads as `0 s`: not worth a word. */
export const worthSayingMs = 50;

export function waitTitle({ strings, format }: PageContext, { waitedMs, reason }: LedgerWait): string {
  const why = faultWords(strings, reason);
  return waitedMs === undefined
    ? fill(strings.timelineWaiting, why)
    : fill(strings.timelineWaited, format.duration(waitedMs), why);
}

/** Whom the wait was told, and where its length came from. */
export function waitFacts({ strings, format }: PageContext, wait: LedgerWait): readonly Fact[] {
  const { reason, told, source, delayMs, estimated, hintMs, hintFrom, jitterMs = 0 } = wait;
  // Nobody has asked for it: it ended with the network.
  if (reason === 'offline') return [];
  const texts: string[] = [];
  if (told === 'request') texts.push(strings.toldRequest);
  if (told === 'window') texts.push(strings.toldWindow);
  if (estimated) return [...texts, strings.waitBehind].map((text) => ({ text }));
  const chance = jitterMs >= worthSayingMs ? format.duration(jitterMs) : undefined;
  switch (source) {
    case 'server': {
      const asked = format.duration(hintMs ?? delayMs);
      texts.push(
        hintFrom ? fill(strings.timelineServerFrom, asked, hintFrom) : fill(strings.waitServer, asked),
        ...(chance === undefined ? [] : [fill(strings.waitMargin, chance)]),
      );
      break;
    }
    case 'backoff': {
      const planned = format.duration(delayMs);
      texts.push(
        chance === undefined
          ? fill(strings.timelineBackoff, planned)
          : fill(strings.timelineBackoffJitter, planned, chance),
      );
      break;
    }
  }
  return texts.map((text) => ({ text }));
}

/** A turn in numbers, the attempts first. */
export function totalsFacts({ strings, format }: PageContext, totals: TurnTotals): readonly string[] {
  const { attempts, waitedMs, ms, speed, bytes } = totals;
  const facts = [format.plural(attempts, strings.totalsAttemptsOne, strings.totalsAttempts)];
  if (waitedMs >= worthSayingMs) facts.push(fill(strings.totalsWaited, format.duration(waitedMs)));
  facts.push(fill(strings.totalsTime, format.duration(ms)));
  if (speed) facts.push(speedText(strings, format, speed));
  if (bytes > 0) facts.push(format.plural(bytes, strings.timelineBytesOne, strings.timelineBytes));
  return facts;
}

function speedText(
  strings: PanelStrings,
  format: PageContext['format'],
  { unit, perSecond }: NonNullable<TurnTotals['speed']>,
): string {
  const speed = perSecond < 10 ? Math.round(perSecond * 10) / 10 : Math.round(perSecond);
  switch (unit) {
    case 'tokens':
      return format.plural(speed, strings.totalsTokenSpeedOne, strings.totalsTokenSpeed);
    case 'characters':
      return format.plural(speed, strings.totalsCharacterSpeedOne, strings.totalsCharacterSpeed);
  }
}

/** Why an attempt was made and how, what came of it, and what it brought. */
export function attemptFacts({ strings, format }: PageContext, entry: LedgerEntry): readonly Fact[] {
  const { status, requestId, resumed, ended } = entry;
  const facts: Fact[] = [why(strings, entry), how(strings, entry)].flatMap((text) => (text ? [{ text }] : []));
  if (status !== undefined) {
    const more = requestId ? fill(strings.requestId, requestId) : undefined;
    facts.push({ text: fill(strings.statusCode, String(status)), more });
  }
  if (resumed) {
    const { seam, trimmed } = resumed;
    facts.push({ text: fill(strings.timelineWentOn, format.number(seam)) });
    if (trimmed > 0) facts.push({ text: format.plural(trimmed, strings.timelineTrimmedOne, strings.timelineTrimmed) });
  }
  if (!ended) return facts;
  const { firstTokenMs, bytes, tokens } = ended;
  if (firstTokenMs !== undefined) facts.push({ text: fill(strings.timelineFirstToken, format.duration(firstTokenMs)) });
  facts.push({ text: end(strings, ended.how, format.duration(ended.ms)) });
  if (bytes > 0) facts.push({ text: format.plural(bytes, strings.timelineBytesOne, strings.timelineBytes) });
  if (tokens !== undefined) {
    facts.push({ text: format.plural(tokens, strings.timelineTokensOne, strings.timelineTokens) });
  }
  return facts;
}

function why(strings: PanelStrings, entry: LedgerEntry): string | undefined {
  switch (entry.why) {
    case 'retry':
      return strings.timelineRetry;
    case 'retry-now':
      return strings.timelineRetryNow;
    case 'replay':
      return strings.timelineReplay;
    case 'repair':
      return strings.timelineRepair;
    case 'switch':
      return strings.timelineSwitch;
    case 'first':
    case 'resume':
      return undefined;
  }
}

function how(strings: PanelStrings, entry: LedgerEntry): string | undefined {
  switch (entry.how) {
    case 'prefill':
    case 'continue':
      return strings.timelineContinued;
    case 'restart':
      return strings.timelineRestarted;
    case undefined:
      return undefined;
  }
}

function end(strings: PanelStrings, how: NonNullable<LedgerEntry['ended']>['how'], after: string): string {
  switch (how) {
    case 'finished':
      return fill(strings.timelineFinished, after);
    case 'stopped':
      return fill(strings.timelineStopped, after);
    case 'abandoned':
      return fill(strings.timelineAbandoned, after);
    default:
      return fill(strings.timelineFault, after, faultWords(strings, how));
  }
}
