import applyCode from '@vscode/codicons/src/icons/git-pull-request-go-to-changes.svg?text';
import arrowDown from '@vscode/codicons/src/icons/arrow-down.svg?text';
import arrowSwap from '@vscode/codicons/src/icons/arrow-swap.svg?text';
import attach from '@vscode/codicons/src/icons/attach.svg?text';
import check from '@vscode/codicons/src/icons/check.svg?text';
import chevronDown from '@vscode/codicons/src/icons/chevron-down.svg?text';
import chevronLeft from '@vscode/codicons/src/icons/chevron-left.svg?text';
import chevronRight from '@vscode/codicons/src/icons/chevron-right.svg?text';
import close from '@vscode/codicons/src/icons/close.svg?text';
import code from '@vscode/codicons/src/icons/code.svg?text';
import commentDiscussion from '@vscode/codicons/src/icons/comment-discussion.svg?text';
import copy from '@vscode/codicons/src/icons/copy.svg?text';
import edit from '@vscode/codicons/src/icons/edit.svg?text';
import ellipsis from '@vscode/codicons/src/icons/ellipsis.svg?text';
import error from '@vscode/codicons/src/icons/error.svg?text';
import file from '@vscode/codicons/src/icons/file.svg?text';
import files from '@vscode/codicons/src/icons/files.svg?text';
import folderOpened from '@vscode/codicons/src/icons/folder-opened.svg?text';
import history from '@vscode/codicons/src/icons/history.svg?text';
import info from '@vscode/codicons/src/icons/info.svg?text';
import insert from '@vscode/codicons/src/icons/insert.svg?text';
import key from '@vscode/codicons/src/icons/key.svg?text';
import listSelection from '@vscode/codicons/src/icons/list-selection.svg?text';
import newFile from '@vscode/codicons/src/icons/new-file.svg?text';
import refresh from '@vscode/codicons/src/icons/refresh.svg?text';
import send from '@vscode/codicons/src/icons/send.svg?text';
import sparkle from '@vscode/codicons/src/icons/sparkle.svg?text';
import stopCircle from '@vscode/codicons/src/icons/stop-circle.svg?text';
import warning from '@vscode/codicons/src/icons/warning.svg?text';
import wordWrap from '@vscode/codicons/src/icons/word-wrap.svg?text';

const sources = {
  applyCode,
  arrowDown,
  arrowSwap,
  attach,
  check,
  chevronDown,
  chevronLeft,
  chevronRight,
  close,
  code,
  commentDiscussion,
  copy,
  edit,
  ellipsis,
  error,
  file,
  files,
  folderOpened,
  history,
  info,
  insert,
  key,
  listSelection,
  newFile,
  refresh,
  send,
  sparkle,
  stopCircle,
  warning,
  wordWrap,
} as const;

export type Icon = keyof typeof sources;

const paths = new Map(
  Object.entries(sources).map(([icon, source]) => [
    icon,
    [...source.matchAll(/ d="([^"]+)"/g)].map(([, path]) => path).join(''),
  ]),
);

/** Returns the data of the SVG paths of an icon, on a grid of 16 by 16. */
export function iconPath(icon: Icon): string {
  return paths.get(icon) ?? '';
}
