import * as vscode from 'vscode';
import { parseRunPromptArgument } from '../commandArgs';
import type { Commands, SetContext } from '../commands';
import type { PromptHistory } from '../conversation/promptHistoryStore';
import type { PanelFeatures } from '../panel/panelRegistry';
import type { Settings } from '../settings/settings';
import { askUser, showInStatusBar, showMessage } from '../ui/notifications';
import { hostWords } from '../ui/words';
import { UserError } from '../util/userError';
import { askAboutCode } from './askAboutCode';
import { registerCodeActions } from './codeActions';
import type { CustomPrompt, CustomPrompts } from './customPrompts';
import { askAboutWorkspacePrompts } from './promptConsent';
import { pickPrompt, addPrompt } from './promptPicker';
import { abbreviateTitle, templateVariables, unknownVariables } from './promptTemplate';

interface PromptServices extends PanelFeatures {
  readonly customPrompts: CustomPrompts;
}

/** Registers the lightbulb actions and the commands that send built-in and custom prompts about code. */
export function registerPrompts(services: PromptServices) {
  const { register, customPrompts, settings, promptHistory, panels, setContext } = services;
  register(registerCodeActions(customPrompts));
  register(watchHasPrompts(customPrompts, settings, setContext));
  const deps = { ...services, warnedTemplates: new Set<string>() };
  return {
    'holysheep.explainSelection': () => askAboutCode(services, 'explainSelection'),
    'holysheep.fixSelection': () => askAboutCode(services, 'fixSelection'),
    'holysheep.improveSelection': () => askAboutCode(services, 'improveSelection'),
    'holysheep.writeTests': () => askAboutCode(services, 'writeTests'),
    'holysheep.runPrompt': (argument) => {
      // The editor's context menu runs the command with the URI of the file as its argument. This argument is ignored.
      if (argument === undefined || argument instanceof vscode.Uri) return runChosenPrompt(deps);
      return runNamedPrompt(deps, parseRunPromptArgument(argument));
    },
    'holysheep.clearPromptHistory': () => clearPromptHistory(promptHistory, panels),
  } satisfies Commands;
}

/**
 * Deletes the prompt history on disk and in the open panels. A message in the status bar then confirms the deletion.
 */
export async function clearPromptHistory(
  history: PromptHistory,
  panels: { updatePromptHistory(): void },
): Promise<void> {
  await history.clear();
  panels.updatePromptHistory();
  showInStatusBar(vscode.l10n.t('Prompt history cleared.'));
}

/**
 * Updates the context key `holysheep.hasPrompts`, which is true if the list of prompts is not empty. The list also
 * contains prompts that can't be used, so that the user can fix them, and refused workspace prompts, so that the user
 * can change the decision.
 */
export function watchHasPrompts(prompts: CustomPrompts, settings: Settings, setContext: SetContext): vscode.Disposable {
  const update = (): void => {
    const listCount = prompts.list().length + prompts.withoutConsent().length;
    setContext('holysheep.hasPrompts', listCount + settings.prompts().unusablePrompts.length > 0);
  };
  update();
  return vscode.Disposable.from(settings.onDidChange(update), vscode.workspace.onDidGrantWorkspaceTrust(update));
}

interface RunPromptServices extends PromptServices {
  /** Templates with unknown variables about which the user has already been warned. */
  readonly warnedTemplates: Set<string>;
}

type PromptReference = ReturnType<typeof parseRunPromptArgument>;

/**
 * Runs the prompt with a given title. If no source is given, a user prompt takes precedence over a workspace prompt. A
 * workspace prompt runs only after the user has agreed to it.
 * @throws UserError when no prompt has this title, or there is no code to ask about
 */
async function runNamedPrompt(deps: RunPromptServices, reference: PromptReference): Promise<void> {
  const { customPrompts } = deps;
  const find = () =>
    customPrompts.list().find(({ title, from }) => title === reference.title && from === (reference.from ?? from));
  const unasked = customPrompts.awaitingConsent();
  const needsConsent = reference.from !== 'user' && unasked.some(({ title }) => title === reference.title);
  if (!find() && needsConsent && !(await askAboutWorkspacePrompts(customPrompts, unasked))) return;
  const prompt = find();
  if (!prompt) throw new UserError(vscode.l10n.t('There is no prompt named “{0}”.', abbreviateTitle(reference.title)));
  await runPrompt(deps, prompt);
}

/**
 * Lets the user choose a custom prompt to run. If workspace prompts need the user's consent, the user is asked for
 * consent first.
 * @throws UserError when there is no code to ask about
 */
async function runChosenPrompt(deps: RunPromptServices): Promise<void> {
  const { customPrompts, settings } = deps;
  const unasked = customPrompts.awaitingConsent();
  if (unasked.length > 0) await askAboutWorkspacePrompts(customPrompts, unasked);
  const choice = await pickPrompt(customPrompts, settings.prompts().unusablePrompts);
  switch (choice) {
    case 'ask':
      await askAboutWorkspacePrompts(customPrompts, customPrompts.withoutConsent());
      return runChosenPrompt(deps);
    case 'add': {
      const newPrompt = await addPrompt(settings);
      if (newPrompt) await offerToRun(deps, newPrompt);
      return;
    }
    case 'edit':
      await vscode.commands.executeCommand('workbench.action.openSettingsJson', {
        revealSetting: { key: 'holysheep.prompts', edit: true },
      });
      return;
    case undefined:
      return;
    default:
      return runPrompt(deps, choice);
  }
}

async function runPrompt(deps: RunPromptServices, prompt: CustomPrompt): Promise<void> {
  await askAboutCode(deps, prompt);
  const unknown = unknownVariables(prompt.template);
  if (unknown.length === 0 || deps.warnedTemplates.has(prompt.template)) return;
  deps.warnedTemplates.add(prompt.template);
  const { format } = hostWords();
  const available = format.list(templateVariables.map((name) => `\${${name}}`));
  showMessage(
    deps.log,
    'information',
    vscode.l10n.t(
      'Unknown variables in “{0}” were sent unchanged: {1}. Available variables: {2}. Write {3} for a literal {4}.',
      abbreviateTitle(prompt.title),
      format.list(unknown),
      available,
      '$${',
      '${',
    ),
  );
}

/**
 * Offers to run a prompt that was just added. The prompt does not run without this question, because the selection
 * might have changed while the user was typing.
 */
async function offerToRun(deps: RunPromptServices, prompt: CustomPrompt): Promise<void> {
  const use = vscode.l10n.t('Use it now');
  const message = vscode.l10n.t('“{0}” was added to your custom prompts.', abbreviateTitle(prompt.title));
  if ((await askUser('information', message, [use])) === use) await runPrompt(deps, prompt);
}
