import type { HostWords } from '../../src/host/ui/words';
import { createFormat } from '../../src/shared/format';
import { panelStrings } from '../../src/shared/panelStrings';

/** The English words of the extension. */
export const englishWords: HostWords = {
  strings: panelStrings,
  format: createFormat('en', panelStrings),
  localize: (message, args = {}) =>
    message.replace(/\{(\w+)\}/g, (placeholder, name: string) => String(args[name] ?? placeholder)),
};
