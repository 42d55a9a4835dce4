import * as vscode from 'vscode';
import { textIn } from '../../engine/json';
import type { Gateway } from '../../engine/gateway/gateway';
import type { Commands } from '../commands';
import { plainLabel } from '../ui/messageText';
import { enterGateway, itemButton } from '../ui/notifications';
import { OpenList, pickFrom } from '../ui/quickPick';
import { addGateway, type GatewayDeps } from './addGateway';
import { gatewayActions, type GatewayAction } from './gatewayActions';
import { createGatewayTexts, listGateways, type GatewayListItem } from './gatewayList';

interface Item extends vscode.QuickPickItem {
  readonly row: GatewayListItem;
}

/** The list in which the user reorders, tests, replaces and removes gateways. The list stays open after an action. */
class GatewayList {
  private readonly actions = gatewayActions().map((action) => ({
    ...action,
    button: itemButton(action.icon, action.title),
  }));
  private readonly list = new OpenList<Item>({
    title: vscode.l10n.t('Manage gateways'),
    placeholder: vscode.l10n.t('Choose a gateway to change, test, or remove it'),
    matchOnDetail: true,
    ignoreFocusOut: true,
    keepScrollPosition: true,
    busy: true,
    buttons: [itemButton('add', vscode.l10n.t('Add gateway'))],
  });
  private lastAction: Promise<unknown> = Promise.resolve();

  constructor(private readonly deps: GatewayDeps) {
    const { list } = this;
    list.onAccept(([item]) => item && this.queue(() => this.openMenu(item.row), item.row.gateway.id));
    list.onItemButton((button, { row }) => {
      const action = this.actions.find((possible) => possible.button === button);
      if (action) this.queue(() => this.perform(action, row.gateway), row.gateway.id);
    });
    list.picker.onDidTriggerButton(() => this.queue(() => list.showAfter(enterGateway)));
    // The list is refreshed after each change of the gateways, because another window or the *Undo* of a notification
    // can also change them.
    const changes = deps.userGateways.onDidChange(() => {
      this.refresh().catch(deps.onError);
    });
    list.onClose(() => changes.dispose());
  }

  get isOpen(): boolean {
    return this.list.isOpen;
  }

  /**
   * Shows the list of gateways with current data.
   * @param focused base URL of the gateway that gets the focus; if undefined, the focus does not move
   */
  async show(focused?: string): Promise<void> {
    await this.deps.health.refresh();
    await this.refresh(focused);
    if (this.isOpen) this.list.picker.show();
  }

  private async refresh(focused?: string): Promise<void> {
    const { deps, list } = this;
    const rows = await listGateways(deps);
    if (!this.isOpen) return;
    const textsOf = createGatewayTexts(deps.health.records(), deps.engine.report().gateways);
    const items = rows.map((row) => ({
      row,
      ...textsOf(row),
      buttons: this.actions
        .filter((action) => action.hasButton && (action.isPossible?.(row) ?? true))
        .map(({ button }) => button),
    }));
    list.picker.busy = false;
    list.setItems(items, ({ row }) => row.gateway.id);
    if (focused !== undefined) this.focus(focused);
  }

  private focus(url: string): void {
    const { picker } = this.list;
    const items = picker.items.filter(({ row }) => row.gateway.id === url);
    if (items.length > 0) picker.activeItems = items;
  }

  /**
   * Performs an action, and then shows the current list of gateways. Actions run one after another, because they can
   * change the same settings.
   * @param focused base URL of the gateway that gets the focus at the end. Otherwise, VS Code would focus the first row
   * after a dialog has hidden the list.
   */
  private queue(action: () => unknown, focused?: string): void {
    const { onError } = this.deps;
    this.lastAction = this.lastAction
      .then(action)
      .catch(onError)
      .then(() => this.show(focused))
      .catch(onError);
  }

  private async openMenu(row: GatewayListItem): Promise<void> {
    let action: GatewayAction | undefined;
    await this.list.showAfter(async () => {
      const items = this.actions
        .filter((possible) => possible.isPossible?.(row) ?? true)
        .map((possible) => ({ action: possible, label: `$(${possible.icon}) ${possible.title}` }));
      const placeholder = createGatewayTexts([], [])(row).detail ?? '';
      const choice = await pickFrom({ title: plainLabel(row.gateway.label), placeholder, items }).result;
      action = choice?.[0]?.action;
      // An action that opens an editor or a dialog is performed before the list of gateways reappears. Otherwise, the
      // list would flash up between the menu and the editor or dialog.
      if (action?.opens) await this.perform(action, row.gateway);
    });
    if (action && !action.opens) await this.perform(action, row.gateway);
  }

  private async perform(action: GatewayAction, gateway: Gateway): Promise<void> {
    const run = (): unknown => action.run(this.deps, gateway);
    if (action.opens === 'editor') this.list.close();
    await (action.opens === 'dialog' ? this.list.showAfter(run) : run());
  }
}

export function registerGateways(deps: GatewayDeps) {
  let list: GatewayList | undefined;
  return {
    'holysheep.addGateway': () => addGateway(deps),
    /**
     * Opens the list of gateways.
     * @param argument base URL of the gateway that has the focus when the list opens
     */
    'holysheep.manageGateways': (argument) => {
      if (!list?.isOpen) list = new GatewayList(deps);
      return list.show(textIn(argument));
    },
  } satisfies Commands;
}
