/** A file that the build copies as it is. */
declare module "*.txt?url" {
  const url: string;
  export default url;
}
