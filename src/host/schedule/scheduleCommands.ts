import type { Command } from '../commands';
import type { Services } from '../services';
import { openScheduled } from './scheduledPicker';

/** Starts to send scheduled prompts, and returns the command that lists them. */
export function registerSchedule(services: Services): readonly Command[] {
  services.schedule.start();
  return [{ id: 'holysheep.openScheduled', execute: () => openScheduled(services) }];
}
