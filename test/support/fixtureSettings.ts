/**
 * Settings of the in-host tests with a gateway. The window starts with them, because each change of a setting takes 60 ms
 * and most tests change none of them.
 */
export const fixtureSettings = {
  'holysheep.model': 'gpt-4o',
  'holysheep.retry.baseDelayMs': 100,
  'holysheep.retry.maxRetries': 1,
};
