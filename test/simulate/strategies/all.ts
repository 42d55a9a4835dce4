import { onSeparateMachines, inOneWindow } from './ours';
import { peers } from './peers';
import type { Strategy } from './strategy';

/** In the order of the tables and of the chart's legend. */
export const strategies: Readonly<Record<string, Strategy>> = {
  ours: inOneWindow(),
  'ours, apart': onSeparateMachines(),
  ...peers,
};
