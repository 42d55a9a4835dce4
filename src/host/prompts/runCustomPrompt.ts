import * as vscode from 'vscode';
import { askWithCustomPrompt, type CodeCommandDeps } from '../code/askAboutCode';
import type { NamedPrompt } from './runPrompt';
import type { Log } from '../diagnostics/log';
import type { Settings } from '../settings/settings';
import { toast } from '../ui/notifications';
import { withoutLinks } from '../ui/messageText';
import { UserError } from '../util/userError';
import { addPrompt, pickPrompt } from './promptPicker';
import { askAboutWorkspacePrompts } from './promptConsent';
import { briefTitle, templateVariables, unknownVariables } from './promptTemplate';
import type { CustomPrompt, CustomPrompts } from './customPrompts';

export interface RunPromptDeps extends CodeCommandDeps {
  readonly customPrompts: CustomPrompts;
  readonly settings: Settings;
  readonly log: Log;
  /** Templates whose unknown variables the user has been told about. */
  readonly told: Set<string>;
}

/** @throws UserError when there is no such prompt, or no code to ask about */
export async function runNamedPrompt(deps: RunPromptDeps, named: NamedPrompt): Promise<void> {
  const { customPrompts } = deps;
  const is = ({ title, from }: CustomPrompt): boolean => title === named.title && from === (named.from ?? from);
  const unasked = customPrompts.unasked();
  const known = customPrompts.list().find(is);
  if (!known && unasked.some(({ title }) => is({ title, template: '', from: 'workspace' }))) {
    if (!(await askAboutWorkspacePrompts(customPrompts, unasked))) return;
  }
  // Looked for anew: they may have changed while the question was there.
  const prompt = known ?? customPrompts.list().find(is);
  if (!prompt) throw new UserError(vscode.l10n.t('You have no prompt “{0}”.', briefTitle(named.title)));
  await run(deps, prompt);
}

/** Lets the user choose; those of the workspace are asked about first. @throws UserError as `runNamedPrompt` */
export async function runChosenPrompt(deps: RunPromptDeps): Promise<void> {
  const { customPrompts, settings } = deps;
  const unasked = customPrompts.unasked();
  if (unasked.length > 0) await askAboutWorkspacePrompts(customPrompts, unasked);
  const choice = await pickPrompt(customPrompts, settings.unusablePrompts());
  switch (choice?.type) {
    case 'run':
      return run(deps, choice.prompt);
    case 'ask':
      await askAboutWorkspacePrompts(customPrompts, [...customPrompts.unasked(), ...customPrompts.refused()]);
      return runChosenPrompt(deps);
    case 'add': {
      const added = await addPrompt(settings);
      if (added) await offer(deps, added);
      return;
    }
    case 'edit':
      await vscode.commands.executeCommand('workbench.action.openSettingsJson', {
        revealSetting: { key: 'holysheep.prompts', edit: true },
      });
      return;
    case undefined:
      return;
  }
}

async function run(deps: RunPromptDeps, prompt: CustomPrompt): Promise<void> {
  await askWithCustomPrompt(deps, prompt);
  const unknown = unknownVariables(prompt.template);
  if (unknown.length === 0 || deps.told.has(prompt.template)) return;
  deps.told.add(prompt.template);
  const known = templateVariables.map((name) => `\${${name}}`).join(', ');
  toast(
    deps.log,
    'information',
    vscode.l10n.t(
      'The prompt “{0}” was sent with {1} as it is: the variables are {2}. Write {3} for a plain {4}.',
      briefTitle(prompt.title),
      unknown.join(', '),
      known,
      '$${',
      '${',
    ),
  );
}

/** Not at once: what was selected when it was written may be something else. */
async function offer(deps: RunPromptDeps, prompt: CustomPrompt): Promise<void> {
  const use = vscode.l10n.t('Use it now');
  const message = vscode.l10n.t('“{0}” is in your prompts now.', briefTitle(prompt.title));
  if ((await vscode.window.showInformationMessage(withoutLinks(message), use)) === use) await run(deps, prompt);
}
