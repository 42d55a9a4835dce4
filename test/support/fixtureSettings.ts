/** Settings that most in-host tests need. The window starts with them, because changing a setting takes 60 ms. */
export const fixtureSettings = {
  'holysheep.model': 'gpt-4o',
  'holysheep.retry.baseDelayMs': 100,
  'holysheep.retry.maxRetries': 1,
};
