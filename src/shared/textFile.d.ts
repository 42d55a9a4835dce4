/** The text of the file that is named before `?text` (see esbuild.js). */
declare module '*?text' {
  const text: string;
  export default text;
}

/** The module that is named before `?worker`, bundled with its imports into the text of one script (see esbuild.js). */
declare module '*?worker' {
  const source: string;
  export default source;
}
