/** @file The preview picture for links to the project: its name above frames of videos. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { readFrames } from '../../src/media/clip.ts';
import type { Picture } from '../../src/media/picture.ts';
import { encodePng } from '../../src/media/picture-file.ts';

/** Size of the picture, as sites expect it. */
const [width, height] = [1280, 640];
/** Videos below one another, and frames of each. */
const [rows, columns] = [3, 8];

/** Draws the picture of the videos that `npm run demo` made in this folder, as PNG. */
export async function socialPicture(browser: Browser, demo: string): Promise<Buffer> {
  const names = (await readdir(join(demo, 'videos'))).filter((name) => name.endsWith('.mp4')).sort();
  const videos = await Promise.all(
    names.slice(0, rows).map((name) => readFrames(join(demo, 'videos', name))),
  );
  const shown = await Promise.all(videos.flatMap(shownFrames).map(image));
  const page = await browser.newPage({ viewport: { width, height } });
  await page.setContent(`<!doctype html>
    <style>
      body { margin: 0; padding: 36px 40px 0; background: #14161b; color: #f2f2ee; font-family: sans-serif }
      h1 { margin: 0; font-size: 52px; line-height: 1 }
      p { margin: 12px 0 22px; font-size: 26px; color: #c3c6cf }
      div { display: grid; grid-template-columns: repeat(${columns}, 144px); gap: 8px 6.8px }
      img { width: 144px; height: 144px; border-radius: 6px }
    </style>
    <h1>lamp-video</h1>
    <p>A few short clips teach a picture model one motion. In TypeScript, on your machine.</p>
    <div>${shown.join('')}</div>`);
  const picture = await page.screenshot({ type: 'png' });
  await page.close();
  return picture;
}

/** As many frames as fit, from the first to the last. */
function shownFrames(frames: readonly Picture[]): Picture[] {
  const last = frames.length - 1;
  return Array.from({ length: columns }, (_, i) => frames[Math.round((i * last) / (columns - 1))]!);
}

async function image(picture: Picture): Promise<string> {
  return `<img src="data:image/png;base64,${Buffer.from(await encodePng(picture)).toString('base64')}">`;
}
