import type { ToolCallEvent } from '../../core/events';
import type { ToolCall } from '../../core/request';

/** Gathers the parts of an attempt's tool calls. */
export class ToolCalls {
  private readonly byIndex = new Map<number, { id: string; name: string; arguments: string }>();

  add({ index, id, name, arguments: json }: ToolCallEvent): void {
    const call = this.byIndex.get(index) ?? { id: '', name: '', arguments: '' };
    this.byIndex.set(index, {
      id: call.id || (id ?? ''),
      name: call.name || (name ?? ''),
      arguments: call.arguments + json,
    });
  }

  /** What an attempt has said of a call counts no longer when there is another. */
  forget(): void {
    this.byIndex.clear();
  }

  /** In the order of their indices; one without a name is none. A gateway that gives no id is given one. */
  all(): readonly ToolCall[] {
    const inOrder = [...this.byIndex].sort(([a], [b]) => a - b).filter(([, { name }]) => name !== '');
    return inOrder.map(([index, call]) => ({ ...call, id: call.id || `call_${index}` }));
  }
}
