import * as vscode from 'vscode';
import { plainLabel } from '../ui/messageText';
import { itemButton } from '../ui/notifications';
import { choiceIn } from '../ui/quickPick';
import { Disposable } from '../util/disposable';
import { gatewayActions, type GatewayAction, type ManageGatewaysDeps } from './gatewayActions';
import { createGatewayTexts, listGateways, type ListedGateway } from './gatewayList';

interface Item extends vscode.QuickPickItem {
  readonly gateway: ListedGateway;
}

/** The quick pick in which users order, test, replace and remove their gateways. It stays open after an action. */
export class GatewayList extends Disposable {
  private readonly picker = this.register(vscode.window.createQuickPick<Item>());
  private readonly actions = gatewayActions().map((action) => ({
    ...action,
    button: itemButton(action.icon, action.title),
  }));
  /** Whether a dialog or another list has replaced this list for a while. Otherwise, the user closes it by hiding it. */
  private isReplaced = false;
  private lastAction: Promise<unknown> = Promise.resolve();

  constructor(private readonly deps: ManageGatewaysDeps) {
    super();
    const { picker } = this;
    picker.title = vscode.l10n.t('Manage gateways');
    picker.placeholder = vscode.l10n.t('Choose a gateway to change, test, or remove it');
    picker.matchOnDetail = true;
    picker.ignoreFocusOut = true;
    picker.keepScrollPosition = true;
    picker.buttons = [itemButton('add', vscode.l10n.t('Add gateway'))];
    this.register(picker.onDidTriggerButton(() => this.run(() => this.addGateway())));
    this.register(
      picker.onDidTriggerItemButton(({ item, button }) => {
        const action = this.actions.find((possible) => possible.button === button);
        if (action) this.run(() => this.perform(action, item.gateway));
      }),
    );
    this.register(
      picker.onDidAccept(() => {
        const [selected] = picker.selectedItems;
        if (selected) this.run(() => this.openMenu(selected.gateway));
      }),
    );
    this.register(
      picker.onDidHide(() => {
        if (!this.isReplaced) this.dispose();
      }),
    );
    // Another window, or the *Undo* of a notification, may change the gateways.
    this.register(
      deps.connections.onDidChange(() => {
        this.refresh().catch(deps.onError);
      }),
    );
  }

  get isOpen(): boolean {
    return !this.disposed;
  }

  /** @param focused base URL of the gateway that has the focus; by default, the one that had it last */
  async show(focused?: string): Promise<void> {
    await this.deps.health.refresh();
    await this.refresh(focused);
    if (!this.disposed) this.picker.show();
  }

  private async refresh(focused = this.picker.activeItems[0]?.gateway.url): Promise<void> {
    const { deps, picker } = this;
    const gateways = await listGateways(deps);
    if (this.disposed) return;
    const textsOf = createGatewayTexts(deps.health.records(), deps.engine.report().network.gatewaysDown);
    picker.items = gateways.map((gateway) => ({
      gateway,
      ...textsOf(gateway),
      buttons: this.actions
        .filter((action) => action.hasButton && action.isPossible(gateway))
        .map(({ button }) => button),
    }));
    const active = picker.items.find(({ gateway }) => gateway.url === focused);
    if (active) picker.activeItems = [active];
  }

  /** Runs actions one after another, because it may change the same settings, and then shows the list again. */
  private run(action: () => Promise<unknown>): void {
    const { onError } = this.deps;
    this.lastAction = this.lastAction
      .then(action)
      .catch(onError)
      .then(() => this.showAgain())
      .catch(onError);
  }

  private async showAgain(): Promise<void> {
    this.isReplaced = false;
    if (!this.disposed) await this.show();
  }

  private async addGateway(): Promise<void> {
    this.isReplaced = true;
    await vscode.commands.executeCommand('holysheep.addGateway');
  }

  private async openMenu(gateway: ListedGateway): Promise<void> {
    this.isReplaced = true;
    const menu = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly action: GatewayAction }>();
    menu.title = plainLabel(gateway.label);
    menu.placeholder = createGatewayTexts([], [])(gateway).detail ?? '';
    menu.items = this.actions
      .filter((action) => action.isPossible(gateway))
      .map((action) => ({ action, label: `$(${action.icon}) ${action.title}` }));
    const [chosen] = (await choiceIn(menu)) ?? [];
    if (!chosen) return;
    const { action } = chosen;
    if (!action.opensDialog && !action.leaves) await this.showAgain();
    await this.perform(action, gateway);
  }

  private async perform(action: GatewayAction, gateway: ListedGateway): Promise<void> {
    this.picker.activeItems = this.picker.items.filter((item) => item.gateway.url === gateway.url);
    if (action.leaves) this.dispose();
    if (action.opensDialog) this.isReplaced = true;
    await action.run(this.deps, gateway);
  }
}
