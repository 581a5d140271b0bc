/** What the page and the worker that decodes say to each other. */

/** `most`: how many codes to look for. Without pixels the decoder is only made ready. */
export interface DecodeRequest {
  id: number;
  pixels: ImageData | null;
  most: number;
}

/** `texts` is null where the decoder itself failed. */
export interface DecodeAnswer {
  id: number;
  texts: string[] | null;
}
