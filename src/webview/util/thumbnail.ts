import { joinParts } from '../../shared/describe';
import type { PromptImage } from '../../shared/images';
import type { PageContext } from '../pageContext';
import { button, element, iconButton } from './element';

/**
 * Creates a small picture of an image with its name and size. A click opens the image in its full size. If the image
 * file is missing, a text replaces the picture.
 * @param owner the id of the conversation that contains the image, or `draftImages`
 */
export function createThumbnail(context: PageContext, image: PromptImage, owner: string): readonly HTMLElement[] {
  const { strings, format, imageUri } = context;
  const { name, width, height, bytes } = image;
  const src = imageUri(owner, image);
  const enlarge = (): void => openDialog(context, name, src);
  const picture = element('img.thumbnail', { src, alt: name, width, height, loading: 'lazy', draggable: 'false' });
  picture.addEventListener('click', enlarge);
  const nameButton = button(name, 'quiet image-name', enlarge);
  const size = joinParts(`${width} × ${height}`, format.bytes(bytes));
  nameButton.title = joinParts(name, size);
  picture.addEventListener('error', () => {
    picture.replaceWith(element('span.image-missing', strings.imageMissing));
    nameButton.replaceWith(element('span.image-name', { title: nameButton.title }, name));
  });
  return [picture, nameButton, element('span.context-size', size)];
}

function openDialog({ strings, onLayoutChange }: PageContext, name: string, src: string): void {
  const dialog = element(
    'dialog.enlarged-image',
    { 'aria-label': name },
    iconButton(strings.close, 'close', () => dialog.close()),
    element('img', { src, alt: name }),
  );
  // A click outside the image closes the dialog.
  dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close());
  // The only button keeps the focus, because Escape closes the dialog only while the page has the focus.
  dialog.addEventListener('keydown', (event) => event.key === 'Tab' && event.preventDefault());
  dialog.addEventListener('close', () => {
    dialog.remove();
    onLayoutChange();
  });
  document.body.append(dialog);
  dialog.showModal();
}
