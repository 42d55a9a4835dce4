import type { FaultKind } from '../engine/events/kinds';
import type panelStrings from './panelStrings.json';

/**
 * The strings of the page in English, which the host localizes. The page replaces the placeholders `{0}` and `{1}` by
 * values.
 */
export { default as panelStrings } from './panelStrings.json';

export type PanelStrings = Readonly<Record<keyof typeof panelStrings, string>>;

/** Explanations that a failure card shows under *Details*, for each fault kind, in the user's language. */
export type FaultDetails = Readonly<
  Record<
    FaultKind,
    {
      readonly cause: string;
      readonly remedy: string;
      readonly href: string;
      /** Whether the fault is permanent: the same request would fail again, so it is not retried. */
      readonly isPermanent: boolean;
    }
  >
>;
