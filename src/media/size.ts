/** @file The size of pictures and videos. */

/** A size in pixels, or in latents where documented. */
export interface Size {
  readonly width: number;
  readonly height: number;
}
