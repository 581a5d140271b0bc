/** What the page and the worker that decodes say to each other. */

/** How a camera's frame is looked at: the middle at full resolution, or all of it made smaller. */
export type View = "middle" | "whole";

/** A frame as the camera gave it; whoever gets it closes it. */
export interface CameraFrame {
  frame: VideoFrame;
  view: View;
}

/** `most`: how many codes to look for. Without a picture the decoder is only made ready. */
export interface DecodeRequest {
  id: number;
  picture: ImageData | CameraFrame | null;
  most: number;
}

/** `texts` is null where the decoder itself failed. */
export interface DecodeAnswer {
  id: number;
  texts: string[] | null;
  /** The browser does not let it compile, now or ever. */
  refused: boolean;
}
