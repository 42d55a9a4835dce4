import * as vscode from 'vscode';
import { visibleText } from '../../engine/gateway/visibleText';
import type { ComposerSuggestion } from '../../shared/protocol';
import type { CommandId } from '../contributions';
import type { Conversation } from '../conversation/conversation';
import { hostWords } from '../ui/words';
import type { PanelServices } from './panelServices';
import { canSummarize, summarize } from './summaries';

/** A command or a custom prompt that the composer suggests after a `/`. */
interface ComposerCommand {
  readonly suggestion: ComposerSuggestion;
  readonly run: () => unknown;
}

/** Ids of the suggested commands, by the name that the user types after the `/`. */
const commandIds: Readonly<Record<string, CommandId>> = {
  new: 'holysheep.newConversation',
  history: 'holysheep.openHistory',
  model: 'holysheep.selectModel',
  compare: 'holysheep.compareModels',
  export: 'holysheep.exportConversation',
  usage: 'holysheep.openHealth',
  gateways: 'holysheep.manageGateways',
  prompts: 'holysheep.runPrompt',
};

const maxTemplateLength = 200;

function composerCommands(services: PanelServices, conversation: Conversation): readonly ComposerCommand[] {
  const { manifest, customPrompts } = services;
  const toCommand = (name: string, detail: string, run: () => unknown): ComposerCommand => ({
    suggestion: { id: `command:${name}`, kind: 'command', label: `/${name}`, detail },
    run,
  });
  const commands = Object.entries(commandIds).map(([name, id]) => {
    const title = manifest.contributes.commands.find(({ command }) => command === id)?.title ?? '';
    return toCommand(name, typeof title === 'string' ? title : title.value, () => vscode.commands.executeCommand(id));
  });
  const summary = toCommand('summarize', hostWords().strings.summarize, () => summarize(services, conversation));
  const prompts = customPrompts.list().map(({ title, template, from }): ComposerCommand => ({
    suggestion: {
      id: `${from}:${title}`,
      kind: 'prompt',
      label: visibleText(title),
      detail: visibleText(template, maxTemplateLength),
    },
    run: () => vscode.commands.executeCommand('holysheep.runPrompt', { title, from }),
  }));
  const isEmpty = conversation.tree.firstPrompt === undefined;
  return [
    ...commands.filter(({ suggestion }) => !isEmpty || suggestion.label !== '/export'),
    ...(canSummarize(services, conversation) ? [summary] : []),
    ...prompts,
  ];
}

/**
 * Returns the commands and the custom prompts that match the text after a `/` in the composer. A query of ASCII
 * characters matches only the start of a word.
 */
export function suggestCommands(
  services: PanelServices,
  conversation: Conversation,
  query: string,
): readonly ComposerSuggestion[] {
  const text = query.toLowerCase();
  const needle = /^[\0-\x7f]/.test(text) ? ` ${text}` : text;
  return composerCommands(services, conversation)
    .map(({ suggestion }) => suggestion)
    .filter(({ label, detail, kind }) => {
      const words = kind === 'command' ? `${label.slice(1)} ${detail}` : label;
      return ` ${words}`.toLowerCase().includes(needle);
    });
}

export function runComposerCommand(services: PanelServices, conversation: Conversation, id: string): unknown {
  return composerCommands(services, conversation)
    .find(({ suggestion }) => suggestion.id === id)
    ?.run();
}
