import { inOneWindow, onSeparateMachines } from './ours';
import { peers } from './peers';
import type { Strategy } from './strategy';

/** All strategies, in the order of the tables. */
export const strategies: Readonly<Record<string, Strategy>> = {
  ours: inOneWindow(),
  'ours, apart': onSeparateMachines(),
  ...peers,
};
