import assert from 'node:assert/strict';
import { buildVictim, killAt, story, type Killing } from '../../support/kill/killing';
import { propertyRuns } from '../../support/propertyRuns';
import { randomNumbers } from '../../support/randomNumbers';

const kills = Math.ceil(propertyRuns / 10);
/** Number of processes that run at the same time. More processes would slow each other down and be killed too late. */
const concurrency = 2;

const seed = Date.now();

describe('journal of a window whose extension host is killed', () => {
  describe(`at ${kills} random moments of an answer (seed ${seed})`, () => {
    const killings: Killing[] = [];

    before(async function () {
      this.timeout(240_000);
      await buildVictim();
      const random = randomNumbers(seed);
      const moments = Array.from({ length: kills }, () => ({ share: random(), afterMs: random() * 60 }));
      const next = async (): Promise<void> => {
        for (let moment = moments.pop(); moment; moment = moments.pop()) {
          killings.push(...(await killAt(moment.share, moment.afterMs, { waitsForPrompt: true })));
        }
      };
      await Promise.all(Array.from({ length: concurrency }, next));
    });

    it('contains only text that the gateway has sent, with no text missing in between', () => {
      for (const { found } of killings) assert.equal(found, story.slice(0, found.length));
    });

    it('marks the answer as interrupted', () => {
      for (const { phase } of killings) assert.equal(phase, 'interrupted');
    });

    it('lets *Continue* complete the answer without lost or repeated text', () => {
      for (const { continued, ending } of killings) {
        assert.equal(ending, 'done');
        assert.equal(continued, story);
      }
    });
  });
});
