/** @file From an empty folder to a video, by keys alone. */
import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { tabTo } from './page-visitor.ts';
import { demoClip, open, press, type StudioVisit, type } from './studio-visit.ts';

/** Two frames of the video that plays, of 16 × 16 pixels. */
const twoFrames = `(async () => {
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
})()`;

/** The tests; the motion and the video that they make are those of the others. */
export function mainFlow({ desk, path, made }: StudioVisit): void {
  test('from an empty folder, with nothing but the link and keys: clips in, a motion learned', async () => {
    const { page } = desk();
    await page.getByText('Teach lamp its first motion').waitFor();
    await press(page, 'Teach a motion');
    await page.getByRole('heading', { name: 'Drop clips here' }).waitFor();
    const chooser = page.waitForEvent('filechooser');
    await press(page, 'Choose clips');
    await (await chooser).setFiles(['duck-runs-plain-green', 'tiger-runs-moon'].map(demoClip));
    await page.getByLabel('What do all of them show?').waitFor();
    await type(page, 'What do all of them show?', 'a thing runs');
    await type(page, 'Frames', '4');
    // Exactly the frames that the training will see, of each clip.
    const seen = page.getByAltText(/^The 4 frames that the training sees of/);
    await seen.nth(1).waitFor();
    // Trimmed and cropped, and the other one held out.
    await press(page, 'Trim and crop duck-runs-plain-green.gif');
    await tabTo(page, 'The first frame');
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight');
    await type(page, 'Left', '8');
    await press(page, 'Done');
    await page.getByText('0.50 s to 2.00 s, 120 × 128 of the picture').waitFor();
    await press(page, 'Hold it out: tiger-runs-moon.gif', 'Space');
    await type(page, 'Steps', '3');
    await type(page, 'Sample every', '3');
    await press(page, /^All other settings/);
    await type(page, 'Copy paste', '0');
    await page.getByText('Time, about').waitFor();
    await page.locator('.command code', { hasText: '--steps 3' }).waitFor();
    await press(page, 'Learn this motion');
    await page.waitForURL(/#\/motions\/[0-9a-f]{16}$/);
    await page.reload();
    await page.getByText('Trained', { exact: true }).waitFor();
    await page.getByRole('button', { name: /^Step 3.*larger/ }).waitFor();
    await page.getByText(/^held out \d/).waitFor();
    made.motion = page.url().split('#/')[1]!;
    const [run] = await readdir(path('studio/motions'));
    expect(JSON.parse(await readFile(path(`studio/motions/${run}/run.json`), 'utf8'))).toMatchObject({
      clips: [{ part: { first: 4, end: 16, crop: { left: 8, top: 0, width: 120, height: 128 } } }],
      heldOut: [{ path: expect.stringContaining('tiger') }],
    });
  });

  test('a video made with a checkpoint by keys alone, which plays, is downloaded, and says how it was made', async () => {
    const { page } = desk();
    await press(page, 'Make a video with the checkpoint of step 3');
    await page.getByLabel(/^State of /).waitFor();
    await type(page, 'Prompt', 'a fox runs in the snow');
    await type(page, 'Steps', '2');
    await page.locator('.command code', { hasText: 'step-000003.safetensors' }).waitFor();
    await page.getByText('Time, about').waitFor();
    await press(page, 'Make the video');
    await page.locator('.card .moving img[src*="/api/videos/"]').first().waitFor();
    await press(page, 'a fox runs in the snow');
    await page.waitForURL(/#\/videos\/[0-9a-f]{16}$/);
    made.video = page.url().split('#/')[1]!;

    // It is decoded and moves: two frames of it differ.
    await page.locator('.player video').waitFor();
    const frames = (await page.evaluate(twoFrames)) as [number[], number[]];
    expect(Math.max(...frames[0]) - Math.min(...frames[0])).toBeGreaterThan(20);
    expect(frames[0]).not.toEqual(frames[1]);

    const saving = page.waitForEvent('download');
    await press(page, 'mp4');
    const file = await (await saving).path();
    expect((await readFile(file)).toString('latin1', 4, 8)).toBe('ftyp');
    // One in another format is made first.
    const savingOther = page.waitForEvent('download');
    await press(page, 'gif');
    expect((await readFile(await (await savingOther).path())).toString('latin1', 0, 4)).toBe('GIF8');
    // The file says how it was made, wherever it comes from.
    await open(page, 'videos');
    await page
      .locator('.drop input[type=file]')
      .setInputFiles({ name: 'from elsewhere.mp4', mimeType: 'video/mp4', buffer: await readFile(file) });
    await page.getByRole('dialog').getByText('a fox runs in the snow').first().waitFor();
    await press(page, 'Again, but…');
    await expect.poll(() => page.locator('#prompt').inputValue()).toBe('a fox runs in the snow');
  });
}
