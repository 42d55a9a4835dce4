import type * as vscode from 'vscode';
import { resultWithin } from './systemClock';

/** Waits until an event for which `accepts` returns true. @returns false if `ms` milliseconds pass before */
export async function eventWithin<T>(
  ms: number,
  event: vscode.Event<T>,
  accepts: (value: T) => boolean,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<true>();
  const subscription = event((value) => accepts(value) && resolve(true));
  const isAccepted = await resultWithin(ms, promise);
  subscription.dispose();
  return isAccepted === true;
}
