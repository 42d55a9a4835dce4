import type { Localize } from '../../src/engine/environment';
import type { Words } from '../../src/shared/describe';
import { createFormat } from '../../src/shared/format';
import { panelStrings } from '../../src/shared/panelStrings';

/** The English words of the extension. */
export const englishWords: Words & { readonly localize: Localize } = {
  strings: panelStrings,
  format: createFormat('en', panelStrings),
  localize: (message, args = {}) =>
    message.replace(/\{(\w+)\}/g, (placeholder, name: string) => String(args[name] ?? placeholder)),
};
