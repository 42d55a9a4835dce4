/** The module that is named before `?worker`, bundled with its imports into the text of one script (see esbuild.js). */
declare module '*?worker' {
  const source: string;
  export default source;
}
