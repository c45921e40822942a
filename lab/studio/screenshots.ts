/**
 * @file `npm run studio-pictures`: the pictures of the studio in README, and the preview picture for links to the
 * project, of what `npm run demo` made. Options: `--demo <folder>` (default demo), `--out <folder>` (default
 * docs/media). It needs the built page, and Chromium, which `LAMP_CHROMIUM` names.
 */
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { openTestStudio } from '../../src/testing/studio-visitor.ts';
import { screens, startBrowser, visitPage } from './page-visitor.ts';
import { socialPicture } from './social-picture.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    demo: { type: 'string', default: join(root, 'demo') },
    out: { type: 'string', default: join(root, 'docs/media') },
  },
});

const temporary = await mkdtemp(join(tmpdir(), 'lamp-studio-'));
const folder = join(temporary, 'my-studio');
await fill(folder, values.demo);
const studio = await openTestStudio(folder, { page: join(root, 'dist/studio/page') });
const browser = await startBrowser();
try {
  const desk = await visitPage(browser, studio.link, screens['desktop-light']!);
  await open(desk.page, 'motions');
  await desk.page.locator('main a[href^="#/motions/"]').first().click();
  await settled(desk.page, '.chart-place canvas');
  await picture(desk.page, 'studio-motion');
  await desk.page.getByRole('main').getByRole('link', { name: 'Make a video', exact: true }).click();
  await desk.page.locator('#prompt').fill('a fox runs in the snow');
  await desk.page.getByText('Time, about').waitFor();
  await settled(desk.page, '#prompt');
  await picture(desk.page, 'studio-new-video');
  const night = await visitPage(browser, studio.link, screens['desktop-dark']!);
  await open(night.page, 'videos');
  await settled(night.page, '.card .moving img, .card .moving canvas');
  await picture(night.page, 'studio-videos');
  const social = join(values.out, 'social.png');
  await writeFile(social, await socialPicture(browser, values.demo));
  console.log(social);
} finally {
  await browser.close();
  await studio.close();
  await rm(temporary, { recursive: true, force: true });
}

/** Puts what the demo made into a studio's folder. */
async function fill(studioFolder: string, demo: string): Promise<void> {
  await cp(join(demo, 'training'), join(studioFolder, 'motions', 'a thing runs'), { recursive: true });
  await mkdir(join(studioFolder, 'videos'), { recursive: true });
  for (const name of await readdir(join(demo, 'videos'))) {
    if (name.endsWith('.mp4')) await cp(join(demo, 'videos', name), join(studioFolder, 'videos', name));
  }
}

async function open(page: Page, view: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(`#/${view}`)}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

/** Waits until everything that is shown has come, above all what `selector` finds, and is painted. */
async function settled(page: Page, selector: string): Promise<void> {
  await page.locator(selector).first().waitFor();
  await page.locator('main .waiting, main .moving-waits').first().waitFor({ state: 'detached' });
  const shown = 'Array.from(document.images).every((image) => image.complete && image.naturalWidth > 0)';
  while (!(await page.evaluate(shown))) await pause(100);
  await pause(1000);
}

async function picture(page: Page, name: string): Promise<void> {
  const path = join(values.out, `${name}.webp`);
  await sharp(await page.screenshot())
    .webp({ quality: 82 })
    .toFile(path);
  console.log(path);
}
