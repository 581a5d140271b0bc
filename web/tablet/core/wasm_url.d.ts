/** For the worker, whose types leave out those of a page, and vite's with them. */
declare module "*.wasm?url" {
  const url: string;
  export default url;
}
