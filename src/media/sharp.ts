/**
 * @file The library that decodes and encodes pictures, without its cache: a file that is written anew under the same
 * name would come out as it was before, for some kinds (SVG, WebP, interlaced PNG). The cache belongs to the whole
 * process, so that it is off for other users of sharp in it, too.
 */

import sharp from 'sharp';

sharp.cache(false);

export type { Sharp } from 'sharp';
export { sharp };
