import * as vscode from 'vscode';
import type { FaultName, faultKinds } from '../../demo/demo';
import { localize } from '../localize';
import { duration, type FaultPlan } from './planLines';

/** What would happen with the user's settings, and, where that takes long, with shortened timeouts. */
export interface Plans {
  readonly own: FaultPlan;
  readonly shortened?: FaultPlan | undefined;
}

export type Choice =
  | { readonly do: 'add'; readonly name: FaultName }
  | { readonly do: 'ask'; readonly shortened: boolean }
  /** Takes the last fault away. */
  | { readonly do: 'back' };

interface Item extends vscode.QuickPickItem {
  /** Absent: the row is there to be read. */
  readonly choice?: Choice;
}

/**
 * Offers to ask, with the plan below it, and every fault that can come next.
 * @param texts of the faults so far
 * @returns undefined when the person leaves
 */
export function pickFault(
  kinds: typeof faultKinds,
  texts: readonly string[],
  plans: Plans | undefined,
): Promise<Choice | undefined> {
  const picker = vscode.window.createQuickPick<Item>();
  picker.title = texts.length === 0 ? vscode.l10n.t('Compose faults') : texts.join(' → ');
  picker.placeholder =
    texts.length === 0 ? vscode.l10n.t('What goes wrong first?') : vscode.l10n.t('Ask, or choose what goes wrong next');
  picker.matchOnDescription = true;
  picker.ignoreFocusOut = true;
  picker.buttons = texts.length === 0 ? [] : [vscode.QuickInputButtons.Back];
  const faults = Object.entries(kinds).map(([name, { title }]): Item => {
    const label = localize(title, { 0: '…' });
    return { label, choice: { do: 'add', name: name as FaultName } };
  });
  picker.items = plans ? [...asks(plans), separator(vscode.l10n.t('Goes wrong next')), ...faults] : faults;
  return new Promise((resolve) => {
    picker.onDidAccept(() => {
      const choice = picker.selectedItems[0]?.choice;
      if (!choice) return;
      resolve(choice);
      picker.hide();
    });
    picker.onDidTriggerButton(() => {
      resolve({ do: 'back' });
      picker.hide();
    });
    picker.onDidHide(() => {
      resolve(undefined);
      picker.dispose();
    });
    picker.show();
  });
}

function asks({ own, shortened }: Plans): readonly Item[] {
  const takes = ({ totalMs }: FaultPlan): string => vscode.l10n.t('takes about {0}', duration(totalMs, localize));
  return [
    {
      label: `$(play) ${vscode.l10n.t('Ask with your settings')}`,
      description: takes(own),
      choice: { do: 'ask', shortened: false },
    },
    ...(shortened
      ? [
          {
            label: `$(watch) ${vscode.l10n.t('Ask with shortened timeouts')}`,
            description: takes(shortened),
            choice: { do: 'ask', shortened: true } as const,
          },
        ]
      : []),
    separator(vscode.l10n.t('With your settings')),
    ...own.lines.map((label): Item => ({ label })),
  ];
}

function separator(label: string): Item {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
