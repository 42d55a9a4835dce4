import { fillTemplate } from '../../shared/format';
import { type ConnectionView, visibleText } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { createTicker } from '../util/ticker';
import type { Notice } from './noticeArea';

/** Minimum remaining time of a rate limit for a notice, in milliseconds. For a shorter limit, the turn simply waits. */
const minLimitMs = 30_000;

/** Interval in which the notice is checked, so that it disappears when the rate limit ends, in milliseconds. */
const checkMs = 10_000;

/**
 * Returns a function that creates the notice that the model of the next prompt is rate-limited.
 * @param update called when the notice might have to disappear
 */
export function createLimitNotice(
  { strings, format, clock, post }: PageContext,
  selectModel: () => void,
  update: () => void,
) {
  const setTicking = createTicker(clock, update, () => checkMs);
  return ({ model, cooldown }: ConnectionView): readonly Notice[] => {
    const now = clock.now();
    const isLimited = cooldown?.blockKind === 'cooldown' && cooldown.until - now > minLimitMs;
    setTicking(isLimited);
    if (!isLimited) return [];
    const { until, otherGateway } = cooldown;
    const text = fillTemplate(strings.modelLimited, visibleText(model), format.timeOfDay(until, { now }));
    const useOther = otherGateway && {
      caption: fillTemplate(strings.useGateway, otherGateway.label),
      choose: () => post({ type: 'useGateway', gateway: otherGateway.id }),
    };
    const actions = [...(useOther ? [useOther] : []), { caption: strings.switchModel, choose: selectModel }];
    return [{ id: text, text, icon: 'pause', actions }];
  };
}
