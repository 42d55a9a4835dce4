/** Takes out a part of what is written, as a person would: it can be undone, and there is an `input` event. */
export function deleteText(input: HTMLTextAreaElement, start: number, end: number): void {
  input.focus();
  input.setSelectionRange(start, end);
  if (executeDelete()) return;
  input.setRangeText('', start, end, 'end');
  input.dispatchEvent(new window.Event('input', { bubbles: true }));
}

/** The one way into the undo history of a text field: deprecated, without a successor. */
function executeDelete(): boolean {
  const execute: unknown = Reflect.get(document, 'execCommand');
  return typeof execute === 'function' && execute.call(document, 'delete') === true;
}
