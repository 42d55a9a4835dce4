/** Receives what the user drops or pastes. */
interface FileReceiver {
  /** Files from the operating system, or images from the clipboard. */
  readonly onFiles: (files: readonly File[]) => void;
  /** URIs of files that the user has dragged from VS Code, for example from the Explorer. */
  readonly onUris: (uris: readonly string[]) => void;
}

/** Types of the data that VS Code and other applications add when the user drags files. VS Code's own type is first. */
const uriTypes = ['application/vnd.code.uri-list', 'text/uri-list'] as const;

/**
 * Lets the user drop files on an element. While the user drags files over the page, the element `highlighted` has the
 * class `drop-target`.
 */
export function addDropTarget(target: EventTarget, highlighted: Element, receiver: FileReceiver): void {
  const highlight = (isOver: boolean): void => void highlighted.classList.toggle('drop-target', isOver);
  listen(target, 'dragover', (event) => {
    if (!event.dataTransfer?.types.some((type) => type === 'Files' || isUriType(type))) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    highlight(true);
  });
  listen(target, 'dragleave', ({ relatedTarget }) => {
    if (relatedTarget === null) highlight(false);
  });
  listen(target, 'drop', (event) => {
    highlight(false);
    const { dataTransfer } = event;
    if (!dataTransfer) return;
    const uris = fileUris(dataTransfer);
    const files = [...dataTransfer.files];
    if (uris.length > 0) receiver.onUris(uris);
    else if (files.length > 0) receiver.onFiles(files);
    else return;
    event.preventDefault();
  });
}

/**
 * Lets the user paste files into a text field. If the clipboard also contains text, the text is pasted instead, unless
 * the text consists of the names of the files, which file managers add when the user copies files.
 */
export function addPasteTarget(field: HTMLElement, onFiles: FileReceiver['onFiles']): void {
  field.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    const lines = event.clipboardData?.getData('text/plain').split(/\r?\n/) ?? [];
    const namesFiles = lines.every((line) => line === '' || files.some(({ name }) => line.endsWith(name)));
    if (files.length === 0 || !namesFiles) return;
    event.preventDefault();
    onFiles(files);
  });
}

function listen(target: EventTarget, type: 'dragover' | 'dragleave' | 'drop', listener: (event: DragEvent) => void) {
  target.addEventListener(type, (event) => listener(event as DragEvent));
}

function isUriType(type: string): boolean {
  return uriTypes.some((uriType) => uriType === type);
}

/** Returns the URIs of dragged files. Links that the user drags from a browser are not files. */
function fileUris(data: DataTransfer): readonly string[] {
  const list = uriTypes.map((type) => data.getData(type)).find((text) => text !== '') ?? '';
  return list.split(/\r?\n/).filter((line) => /^(?!https?:)[a-z][\w+.-]*:/i.test(line));
}
