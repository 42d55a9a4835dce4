import assert from 'node:assert/strict';
import { backup, Gateways, switches } from '../../support/engineGateways';
import { answering, refused, rejecting, status, type Reply } from '../../support/scriptedFetch';

/** Two gateways, of which the backup gateway has just failed. */
async function withDownBackup(primaryReply: Reply, ...probes: readonly Reply[]): Promise<Gateways> {
  const backupReplies = { replies: [refused, answering('from the backup')], probes };
  const primaryReplies = [answering('first'), primaryReply, primaryReply, primaryReply, answering('second')];
  const gateways = new Gateways({ primary: primaryReplies, backup: backupReplies });
  await gateways.ask({ options: { preferredGateway: backup.baseUrl } }).toEnd();
  return gateways;
}

describe('backup gateway that is down', () => {
  it('receives no prompt when the primary gateway is overloaded', async () => {
    const gateways = await withDownBackup(status(503), refused);
    const run = await gateways.ask().toEnd();
    assert.deepEqual([run.last('done').text, switches(run)], ['second', []]);
  });

  it('is used if it responds to a probe while the primary gateway is unreachable', async () => {
    const gateways = await withDownBackup(rejecting('ENETUNREACH'), refused, status(200));
    const run = await gateways.ask().toEnd();
    assert.equal(run.last('done').text, 'from the backup');
    assert.deepEqual(run.of('waiting'), []);
  });
});
