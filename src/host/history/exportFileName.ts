const maxLength = 60;

/** Names that Windows keeps for devices, whatever follows the dot. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)$/i;

/** The title as a file is allowed to be called on every system. @param fallback where nothing of the title is */
export function exportFileName(title: string, extension: string, fallback: string): string {
  const allowed = title.replace(/[\\/:*?"<>|\u0000-\u001f\u007f]+/g, ' ').replace(/\s+/g, ' ');
  const name = trim(Array.from(trim(allowed)).slice(0, maxLength).join(''));
  return `${name === '' || reserved.test(name) ? fallback : name}.${extension}`;
}

/** Windows drops a final dot, and others hide what starts with one. */
function trim(name: string): string {
  return name.replace(/^[\s.]+|[\s.]+$/g, '');
}
