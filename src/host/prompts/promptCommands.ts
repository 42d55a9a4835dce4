import * as vscode from 'vscode';
import { parseRunPromptArgument } from '../commandArgs';
import type { Commands, SetContext } from '../commands';
import type { PromptHistory } from '../conversation/promptHistoryStore';
import type { PanelFeatures } from '../panel/panelRegistry';
import type { Settings } from '../settings/settings';
import { askUser, showInStatusBar, showToast } from '../ui/notifications';
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

/** Registers the lightbulb actions and the commands that ask about code, with built-in and custom prompts. */
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
      // Ignores the file URI that the context menu of the editor passes.
      if (argument === undefined || argument instanceof vscode.Uri) return runChosenPrompt(deps);
      return runNamedPrompt(deps, parseRunPromptArgument(argument));
    },
    'holysheep.clearPromptHistory': () => clearPromptHistory(promptHistory, panels),
  } satisfies Commands;
}

/** Clears the prompt history on disk and in the open panels, and then confirms this in the status bar. */
export async function clearPromptHistory(
  history: PromptHistory,
  panels: { updatePromptHistory(): void },
): Promise<void> {
  await history.clear();
  panels.updatePromptHistory();
  showInStatusBar(vscode.l10n.t('Prompt history cleared.'));
}

/**
 * Keeps the context key `holysheep.hasPrompts` up to date. The key is true if there is a usable prompt, an unusable
 * prompt that the user can fix, or a workspace prompt. A refused workspace prompt counts as well, because the user may
 * change that decision.
 */
export function watchHasPrompts(prompts: CustomPrompts, settings: Settings, setContext: SetContext): vscode.Disposable {
  const update = (): void => {
    const listCount = prompts.list().length + prompts.withoutConsent().length;
    setContext('holysheep.hasPrompts', listCount + settings.prompts().unusable.length > 0);
  };
  update();
  return vscode.Disposable.from(settings.onDidChange(update), vscode.workspace.onDidGrantWorkspaceTrust(update));
}

interface RunPromptServices extends PromptServices {
  /** Templates with unknown variables that the user has already been warned about. */
  readonly warnedTemplates: Set<string>;
}

type PromptReference = ReturnType<typeof parseRunPromptArgument>;

/**
 * Runs the prompt with a given title. Without a source, a user prompt takes precedence over a workspace prompt. If the prompt belongs to the workspace, the user must agree to it first.
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
 * Lets the user choose a prompt. If workspace prompts need consent, the user is asked for it first.
 * @throws UserError when there is no code to ask about
 */
async function runChosenPrompt(deps: RunPromptServices): Promise<void> {
  const { customPrompts, settings } = deps;
  const unasked = customPrompts.awaitingConsent();
  if (unasked.length > 0) await askAboutWorkspacePrompts(customPrompts, unasked);
  const choice = await pickPrompt(customPrompts, settings.prompts().unusable);
  switch (choice) {
    case 'ask':
      await askAboutWorkspacePrompts(customPrompts, customPrompts.withoutConsent());
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
  showToast(
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
 * Offers to run a new prompt. The prompt does not run immediately, because the selection may have changed in the
 * meantime.
 */
async function offerToRun(deps: RunPromptServices, prompt: CustomPrompt): Promise<void> {
  const use = vscode.l10n.t('Use it now');
  const message = vscode.l10n.t('“{0}” was added to your custom prompts.', abbreviateTitle(prompt.title));
  if ((await askUser('information', message, [use])) === use) await runPrompt(deps, prompt);
}
