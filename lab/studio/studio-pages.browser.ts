import { mkdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningStudio } from '../../src/studio/server/start-studio.ts';
import { openTestStudio } from '../../src/testing/studio-visitor.ts';
import { testFolder } from '../../src/testing/test-folder.ts';
import {
  type PageVisitor,
  screens,
  seriousFindings,
  startBrowser,
  tabTo,
  visitPage,
} from './page-visitor.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const path = await testFolder();
const shots = process.env.LAMP_STUDIO_SHOTS;
const clips = ['duck-runs-plain-green', 'tiger-runs-moon'].map((name) =>
  join(root, `assets/demo/clips/${name}.gif`),
);

let studio: RunningStudio;
let browser: Browser;
let desk: PageVisitor;
/** Addresses of a motion and a video that were made. */
const made = { motion: '', video: '' };

beforeAll(async () => {
  if (shots !== undefined) mkdirSync(shots, { recursive: true });
  studio = await openTestStudio(path('studio'), { page: join(root, 'dist/studio/page') });
  browser = await startBrowser();
  desk = await visitPage(browser, studio.link, screens['desktop-light']!);
  desk.page.setDefaultTimeout(280_000);
});
afterAll(async () => {
  await browser?.close();
  await studio?.close();
});

/** Opens a view, and waits until what it asks for is there. */
async function open(page: Page, view: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(`#/${view}`)}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('main .waiting').first().waitFor({ state: 'detached' });
}

/** Gives a setting that is not among the main ones. */
async function set(page: Page, name: string, value: string): Promise<void> {
  const field = page.getByLabel(name, { exact: true }).first();
  if (!(await field.isVisible())) await page.getByText(/^All other settings/).click();
  await field.fill(value);
}

test('from an empty folder, with nothing but the link: clips in, a motion learned, a video made and downloaded', async () => {
  const { page, faults } = desk;
  await page.getByText('Teach lamp its first motion').waitFor();
  await page.getByRole('main').getByRole('link', { name: 'Teach a motion' }).click();
  await page.locator('input[type=file]').first().setInputFiles(clips);
  await page.getByLabel('What do all of them show?').fill('a thing runs');
  // Exactly the frames that the training will see, of each clip.
  await set(page, 'Frames', '4');
  await page
    .getByAltText(/^The 4 frames that the training sees of/)
    .nth(1)
    .waitFor();
  // Trimmed and cropped, and the other one held out: the frames are again those of the training.
  await page.getByRole('button', { name: 'Trim and crop duck-runs-plain-green.gif' }).click();
  await page.getByLabel('The first frame').fill('4');
  await page.getByLabel('Left', { exact: true }).fill('8');
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByText('0.50 s to 2.00 s, 56 × 64 of the picture').waitFor();
  await page.getByLabel('Hold it out: tiger-runs-moon.gif').check();
  await set(page, 'Steps', '3');
  await set(page, 'Sample every', '3');
  await set(page, 'Copy paste', '0');
  await page.getByText('Time, about').waitFor();
  await page.locator('.command code', { hasText: '--steps 3' }).waitFor();
  await page.getByRole('button', { name: 'Learn this motion' }).click();
  await page.waitForURL(/#\/motions\/[0-9a-f]{16}$/);
  await page.reload();
  await page.getByText('Learned', { exact: true }).waitFor();
  await page
    .getByText(/^Step 3$/)
    .first()
    .waitFor();
  await page.getByRole('button', { name: /^Step 3.*larger/ }).waitFor();
  made.motion = page.url().split('#/')[1]!;
  await page.getByText(/^held out \d/).waitFor();
  const [run] = await readdir(path('studio/motions'));
  expect(JSON.parse(await readFile(path(`studio/motions/${run}/run.json`), 'utf8'))).toMatchObject({
    clips: [{ part: { first: 4, end: 16, crop: { left: 8, top: 0, width: 56, height: 64 } } }],
    heldOut: [{ path: expect.stringContaining('tiger') }],
  });

  await page.getByRole('main').getByRole('link', { name: 'Make a video' }).click();
  await page.locator('#prompt').fill('a fox runs in the snow');
  await set(page, 'Steps', '2');
  await page.getByText('Time, about').waitFor();
  await page.getByRole('button', { name: 'Make the video' }).click();
  await page.getByRole('link', { name: 'a fox runs in the snow' }).first().waitFor();
  await page.locator('.card .moving img[src*="/api/videos/"]').first().waitFor();
  await page.getByRole('main').getByRole('link', { name: 'a fox runs in the snow' }).click();
  await page.waitForURL(/#\/videos\/[0-9a-f]{16}$/);
  made.video = page.url().split('#/')[1]!;

  // It is decoded and moves: two frames of it differ.
  const playing = page.locator('.player video');
  await playing.waitFor();
  const frames = (await page.evaluate(`(async () => {
    const video = document.querySelector('.player video');
    video.pause();
    const canvas = new OffscreenCanvas(16, 16).getContext('2d', { willReadFrequently: true });
    const at = async (time) => {
      const seeked = new Promise((done) => video.addEventListener('seeked', done, { once: true }));
      video.currentTime = time;
      await seeked;
      canvas.drawImage(video, 0, 0, 16, 16);
      return [...canvas.getImageData(0, 0, 16, 16).data].filter((_, i) => i % 4 !== 3);
    };
    return [await at(0.01), await at(video.duration - 0.01)];
  })()`)) as [number[], number[]];
  expect(Math.max(...frames[0]) - Math.min(...frames[0])).toBeGreaterThan(20);
  expect(frames[0]).not.toEqual(frames[1]);

  const saving = page.waitForEvent('download');
  await page.getByRole('link', { name: 'mp4', exact: true }).click();
  const file = await (await saving).path();
  expect((await readFile(file)).toString('latin1', 4, 8)).toBe('ftyp');
  // The file says how it was made, wherever it comes from.
  await open(page, 'videos');
  await page
    .locator('.drop input[type=file]')
    .setInputFiles({ name: 'from elsewhere.mp4', mimeType: 'video/mp4', buffer: await readFile(file) });
  await page.getByRole('dialog').getByText('a fox runs in the snow').first().waitFor();
  await page.getByRole('button', { name: 'Again, but…' }).click();
  await expect.poll(() => page.locator('#prompt').inputValue()).toBe('a fox runs in the snow');
  expect(faults).toEqual([]);
});

test('by keys alone: to a form, jobs put, their order changed, one removed', async () => {
  const { page, faults } = desk;
  await open(page, 'queue');
  await tabTo(page, 'Begin no more jobs');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Begin jobs again' }).waitFor();
  await open(page, 'motions');
  await tabTo(page, 'Make a video');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Make a video' }).waitFor();
  await tabTo(page, 'Prompt');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('a fox runs\na cat runs');
  await page.getByRole('button', { name: 'Make 2 videos' }).waitFor();
  await tabTo(page, 'Make 2 videos');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'a cat runs' }).first().waitFor();
  await open(page, 'queue');
  const waiting = () => page.locator('ol.jobs .job-title a').allTextContents();
  expect(await waiting()).toEqual(['a fox runs', 'a cat runs']);
  await tabTo(page, /^Place 2 of 2/);
  await page.keyboard.press('ArrowUp');
  await expect.poll(waiting).toEqual(['a cat runs', 'a fox runs']);
  await page.reload();
  await expect.poll(waiting).toEqual(['a cat runs', 'a fox runs']);
  await tabTo(page, 'More for a cat runs');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Remove');
  await page.keyboard.press('Enter');
  await expect.poll(waiting).toEqual(['a fox runs']);
  expect(faults).toEqual([]);
});

test('what was deleted is back after one press', async () => {
  const { page, faults } = desk;
  await open(page, 'motions');
  await page.getByRole('button', { name: /^More for/ }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByText('Teach lamp its first motion').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.locator('.card').first().waitFor();
  expect(faults).toEqual([]);
});

test('every view, on a desk and on a phone, in light and in dark: nothing serious for screen readers and keys', async () => {
  const views = {
    motions: 'motions',
    motion: made.motion,
    'new': 'new',
    'new-motion': 'new/motion',
    'new-video': `new/video?motion=${made.motion.split('/')[1]}`,
    'new-edit': 'new/edit',
    videos: 'videos',
    video: made.video,
    pictures: 'pictures',
    queue: 'queue',
    machine: 'machine',
  };
  const found: Record<string, string[]> = {};
  for (const [name, screen] of Object.entries(screens)) {
    // A desk in light and a phone in dark have all that there is; pictures are made of all four.
    const isChecked = name === 'desktop-light' || name === 'phone-dark';
    if (!isChecked && shots === undefined) continue;
    const { page, context, faults } = await visitPage(browser, studio.link, screen);
    page.setDefaultTimeout(280_000);
    for (const [view, address] of Object.entries(views)) {
      await open(page, address);
      const wide = (await page.evaluate('document.documentElement.scrollWidth')) as number;
      const findings = isChecked ? await seriousFindings(page) : [];
      if (wide > screen.width) findings.push(`wider than the screen: ${wide}`);
      if (findings.length > 0) found[`${view} ${name}`] = findings;
      if (shots !== undefined)
        await page.screenshot({ path: join(shots, `${view}-${name}.png`), fullPage: true });
    }
    expect(faults).toEqual([]);
    await context.close();
  }
  expect(found).toEqual({});
});
