import * as v from 'valibot';
import * as vscode from 'vscode';
import type { Localize } from '../../engine/engine';
import { askWithCustomPrompt } from '../code/askAboutCode';
import type { Command } from '../commands';
import { removeFormerPrompts, type PromptHistory } from '../conversation/promptHistoryStore';
import type { Services } from '../services';
import type { Settings } from '../settings/settings';
import type { SetContext } from '../status/activity';
import { withoutLinks } from '../ui/messageText';
import { toast } from '../ui/notifications';
import { localize } from '../util/localization';
import { parsedArgument } from '../util/schemas';
import { UserError } from '../util/userError';
import type { CustomPrompt, CustomPrompts } from './customPrompts';
import { askAboutWorkspacePrompts } from './promptConsent';
import { pickPrompt, addPrompt } from './promptPicker';
import { briefTitle, templateVariables, unknownVariables } from './promptTemplate';

const confirmationMs = 8000;

export function registerPrompts(services: Services): readonly Command[] {
  const { own, context, customPrompts, settings, promptHistory, panels, setContext, onError } = services;
  removeFormerPrompts(context.globalState).catch(onError);
  own(watchHasPrompts(customPrompts, settings, setContext));
  const deps = { ...services, warnedTemplates: new Set<string>() };
  return [
    {
      id: 'holysheep.runPrompt',
      // Optional argument: the title of a custom prompt, for keybindings; then the user doesn't choose.
      async execute(argument) {
        // The editor's context menu hands over the file it was opened on.
        const named =
          argument === undefined || argument instanceof vscode.Uri
            ? undefined
            : parseRunPromptArgument(argument, localize);
        await (named ? runNamedPrompt(deps, named) : runChosenPrompt(deps));
      },
    },
    { id: 'holysheep.clearPromptHistory', execute: () => clearPromptHistory(promptHistory, panels) },
  ];
}

export async function clearPromptHistory(
  history: Pick<PromptHistory, 'clear'>,
  panels: { historyChanged(): void },
): Promise<void> {
  await history.clear();
  panels.historyChanged();
  vscode.window.setStatusBarMessage(vscode.l10n.t('Prompt history cleared.'), confirmationMs);
}

/** `holysheep.hasPrompts`: there is something to choose from, or to be asked about; also after a no, as the way back; or to be mended. */
export function watchHasPrompts(
  prompts: Pick<CustomPrompts, 'list' | 'unasked' | 'refused'>,
  settings: Pick<Settings, 'unusablePrompts' | 'onDidChange'>,
  setContext: SetContext,
): vscode.Disposable {
  let known = false;
  const update = (): void => {
    const listed = prompts.list().length + prompts.unasked().length + prompts.refused().length;
    const value = listed + settings.unusablePrompts().length > 0;
    if (value === known) return;
    known = value;
    setContext('holysheep.hasPrompts', value);
  };
  update();
  return vscode.Disposable.from(settings.onDidChange(update), vscode.workspace.onDidGrantWorkspaceTrust(update));
}

interface RunPromptDeps extends Services {
  /** Templates whose unknown variables the user has been told about. */
  readonly warnedTemplates: Set<string>;
}

interface PromptReference {
  readonly title: string;
  /** Absent: the user's own if there is one, else the workspace's. */
  readonly from?: 'user' | 'workspace' | undefined;
}

/** @throws ArgumentError that says what is wrong */
export function parseRunPromptArgument(argument: unknown, localize: Localize): PromptReference {
  const noTitle = localize('"holysheep.runPrompt" expects the title of a prompt.');
  const schema = v.object(
    {
      title: v.pipe(v.string(noTitle), v.trim(), v.nonEmpty(noTitle)),
      from: v.optional(v.fallback(v.optional(v.picklist(['user', 'workspace'])), undefined)),
    },
    noTitle,
  );
  return parsedArgument(schema, typeof argument === 'string' ? { title: argument } : argument);
}

/** @throws UserError when there is no such prompt, or no code to ask about */
async function runNamedPrompt(deps: RunPromptDeps, named: PromptReference): Promise<void> {
  const { customPrompts } = deps;
  const is = ({ title, from }: CustomPrompt): boolean => title === named.title && from === (named.from ?? from);
  const unasked = customPrompts.unasked();
  const known = customPrompts.list().find(is);
  if (!known && unasked.some(({ title }) => is({ title, template: '', from: 'workspace' }))) {
    if (!(await askAboutWorkspacePrompts(customPrompts, unasked))) return;
  }
  // Looked for anew: they may have changed while the question was there.
  const prompt = known ?? customPrompts.list().find(is);
  if (!prompt) throw new UserError(vscode.l10n.t('There is no prompt named “{0}”.', briefTitle(named.title)));
  await runPrompt(deps, prompt);
}

/** Lets the user choose; those of the workspace are asked about first. @throws UserError as `runNamedPrompt` */
async function runChosenPrompt(deps: RunPromptDeps): Promise<void> {
  const { customPrompts, settings } = deps;
  const unasked = customPrompts.unasked();
  if (unasked.length > 0) await askAboutWorkspacePrompts(customPrompts, unasked);
  const choice = await pickPrompt(customPrompts, settings.unusablePrompts());
  switch (choice?.type) {
    case 'run':
      return runPrompt(deps, choice.prompt);
    case 'ask':
      await askAboutWorkspacePrompts(customPrompts, [...customPrompts.unasked(), ...customPrompts.refused()]);
      return runChosenPrompt(deps);
    case 'add': {
      const added = await addPrompt(settings);
      if (added) await offerToRun(deps, added);
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

async function runPrompt(deps: RunPromptDeps, prompt: CustomPrompt): Promise<void> {
  await askWithCustomPrompt(deps, prompt);
  const unknown = unknownVariables(prompt.template);
  if (unknown.length === 0 || deps.warnedTemplates.has(prompt.template)) return;
  deps.warnedTemplates.add(prompt.template);
  const known = templateVariables.map((name) => `\${${name}}`).join(', ');
  toast(
    deps.log,
    'information',
    vscode.l10n.t(
      '“{0}” was sent with unknown variables unchanged ({1}). Available: {2}. Write {3} for a literal {4}.',
      briefTitle(prompt.title),
      unknown.join(', '),
      known,
      '$${',
      '${',
    ),
  );
}

/** Not at once: what was selected when it was written may be something else. */
async function offerToRun(deps: RunPromptDeps, prompt: CustomPrompt): Promise<void> {
  const use = vscode.l10n.t('Use it now');
  const message = vscode.l10n.t('“{0}” was added to your custom prompts.', briefTitle(prompt.title));
  if ((await vscode.window.showInformationMessage(withoutLinks(message), use)) === use) await runPrompt(deps, prompt);
}
