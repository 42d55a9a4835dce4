/**
 * A key that accepts or dismisses a candidate of an input method is no command. WebKit ends the composition before that key, and only the old
 * `keyCode` 229 still tells.
 */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || Reflect.get(event, 'keyCode') === 229;
}
