import assert from 'node:assert/strict';
import { randomNumbers } from '../../simulate/randomNumbers';
import { buildVictim, killAt, story, type Killing } from '../../support/kill/killing';
import { propertyRuns } from '../../support/propertyRuns';

const kills = Math.ceil(propertyRuns / 20);
/** At a time: enough to be quick, few enough to be killed when it is their turn. */
const together = 2;

const seed = Date.now();

describe(`A process that is killed at ${kills} random moments of an answer (seed ${seed})`, () => {
  const killings: Killing[] = [];

  before(async function () {
    this.timeout(240_000);
    await buildVictim();
    const random = randomNumbers(seed);
    const moments = Array.from({ length: kills }, () => ({ share: random(), afterMs: random() * 60 }));
    const next = async (): Promise<void> => {
      for (let moment = moments.pop(); moment; moment = moments.pop()) {
        killings.push(await killAt(moment.share, moment.afterMs));
      }
    };
    await Promise.all(Array.from({ length: together }, next));
  });

  it('leaves a beginning of what was sent, each time', () => {
    for (const { found } of killings) assert.equal(found, story.slice(0, found.length));
  });

  it('leaves an answer that says it was interrupted', () => {
    for (const { phase } of killings) assert.equal(phase, 'interrupted');
  });

  it('has its answer completed by Continue, exactly, each time', () => {
    for (const { continued, ending } of killings) {
      assert.equal(ending, 'done');
      assert.equal(continued, story);
    }
  });
});
