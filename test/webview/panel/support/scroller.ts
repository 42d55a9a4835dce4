import type { PanelPage } from './panelPage';

/** A scrollable element whose sizes the test sets, because jsdom has no layout. Scroll positions are clamped as in a browser. */
export class Scroller {
  height = 1000;
  readonly clientHeight = 400;
  private top = 0;

  constructor(
    readonly element: HTMLElement,
    private readonly page: PanelPage,
  ) {
    Object.defineProperties(element, {
      scrollHeight: { get: () => this.height },
      clientHeight: { get: () => this.clientHeight },
      scrollTop: { get: () => this.top, set: (top: number) => this.moveTo(top) },
    });
  }

  get distanceFromEnd(): number {
    return this.height - this.clientHeight - this.top;
  }

  moveTo(top: number, events: readonly string[] = ['scroll']): void {
    this.top = Math.max(0, Math.min(top, this.height - this.clientHeight));
    for (const event of events) this.fire(event);
  }

  grow(by: number): void {
    this.height += by;
    for (const changed of this.page.sizeListeners) changed();
  }

  fire(type: string): void {
    this.element.dispatchEvent(new this.page.window.Event(type));
  }

  wheel(deltaY: number): void {
    this.element.dispatchEvent(new this.page.window.WheelEvent('wheel', { deltaY }));
    this.moveTo(this.top + deltaY);
    this.fire('scrollend');
  }
}
