/** The module before `?worker` with all its imports, as the text of one script: see esbuild.js. */
declare module '*?worker' {
  const source: string;
  export default source;
}
