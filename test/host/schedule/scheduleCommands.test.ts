import assert from 'node:assert/strict';
import type { scheduledItem as ScheduledItem } from '../../../src/host/schedule/scheduleCommands';
import type { ListedPrompt } from '../../../src/host/schedule/scheduler';
import { englishWords } from '../../support/englishWords';
import { useVSCode } from '../../support/fakeVSCode';

const now = 1_000_000;
const prompt: ListedPrompt = {
  id: 'p',
  conversationId: 'c',
  workspace: 'file:///home/me/my%20app',
  gateway: 'https://old.example',
  model: 'gpt-4o',
  dueAt: now + 1000,
  scheduledAt: 0,
  title: 'Explain $(alert) closures',
  isOwn: true,
  needsClick: false,
};

describe('entry in the list of scheduled prompts', () => {
  useVSCode({ l10n: { t: englishWords.localize }, env: { language: 'en' } });
  let scheduledItem: typeof ScheduledItem;
  before(async () => {
    ({ scheduledItem } = await import('../../../src/host/schedule/scheduleCommands'));
  });
  const item = (fields: Partial<ListedPrompt> = {}) => {
    const { label, detail } = scheduledItem({ ...prompt, ...fields }, now, 'new.example');
    return { label, detail: detail.replace(/(at|since) [^·]*[AP]M/, '$1 …') };
  };

  it('shows the prompt, the model, the gateway and the time', () => {
    assert.deepEqual(item(), {
      label: 'Explain $\u2060(alert) closures',
      detail: 'Will be sent at … · gpt-4o · new.example',
    });
  });

  it('shows whether the prompt waits for the network, the gateway or a click', () => {
    assert.deepEqual(
      [item({ dueAt: undefined }), item({ dueAt: now }), item({ needsClick: true })].map(
        ({ detail }) => detail.split(' · ')[0],
      ),
      [
        'Will be sent when the gateway can be reached',
        'Was due at …',
        'Due, but not sent yet. Choose “Send now” to send it.',
      ],
    );
  });

  it('names the workspace and the gateway if the prompt belongs to another window', () => {
    const foreign = { isOwn: false };
    assert.deepEqual(
      [
        item(foreign),
        item({ ...foreign, workspace: 'file:///home/me/team.code-workspace' }),
        item({ ...foreign, workspace: '' }),
        item({ ...foreign, workspace: 'file:///%E0%A4%A' }),
      ].map(({ detail }) => detail.split(' · ')[3]),
      [
        'In the workspace “my app”',
        'In the workspace “team”',
        'In a window without a folder',
        'In the workspace “file:///%E0%A4%A”',
      ],
    );
    assert.ok(item(foreign).detail.includes(' · gpt-4o · old.example · '));
  });
});
