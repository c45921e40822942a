/** @file Videos and pictures: two that play together, an edit, and first frames. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { demoClip, open, type StudioVisit, set } from './studio-visit.ts';

/** The two players, which are to play together; seconds apart, counted across the beginning. */
async function players(page: Page) {
  const all = await page.locator('.compare video').evaluateAll((elements) =>
    elements.map((each) => {
      const { paused, currentTime, duration } = each as unknown as Record<string, number>;
      return { paused, currentTime: currentTime!, duration: duration! };
    }),
  );
  const [one, other] = all;
  const ahead = (one?.currentTime ?? 0) - (other?.currentTime ?? 0);
  const length = one?.duration || 1;
  return { all, apart: Math.abs(ahead - length * Math.round(ahead / length)) };
}

/** The tests; they need two videos. */
export function videoPages({ desk, made }: StudioVisit): void {
  test('two videos play together, and stop at the same moment, side by side and one over the other', async () => {
    const { page } = desk();
    await open(page, 'videos');
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByLabel('Compare a cat runs').check();
    await page.getByLabel('Compare a fox runs in the snow').check();
    await page.getByRole('button', { name: 'Compare the two' }).click();
    await page.getByRole('heading', { name: 'Compare videos' }).waitFor();
    const paused = async () => (await players(page)).all.map((each) => each.paused);
    await expect.poll(paused).toEqual([false, false]);
    await page.getByRole('button', { name: 'Pause' }).click();
    await expect.poll(paused).toEqual([true, true]);
    await page.getByLabel('Time').fill('0.2');
    await expect
      .poll(async () => (await players(page)).all.map(({ currentTime }) => currentTime.toFixed(1)))
      .toEqual(['0.2', '0.2']);
    await page.getByRole('button', { name: 'One over the other' }).click();
    await page.getByLabel('A or B').fill('30');
    expect(await page.locator('.compare-top').getAttribute('style')).toContain('30%');
  });

  test('first frames are brought, taken from a video, or drawn, and chosen from', async () => {
    const { page } = desk();
    await open(page, `new/video?motion=${made.motion.split('/')[1]}`);
    await page.locator('#prompt').fill('a duck');
    const choose = page.getByRole('button', { name: 'Choose a picture' });
    const dialog = page.getByRole('dialog', { name: 'First frames' });
    await choose.click();
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await choose.evaluate((button) => button.matches(':focus'))).toBe(true);
    await choose.click();
    // What is refused is said in the dialog, which hides the page.
    const buffer = Buffer.from('no picture');
    const brings = dialog.getByLabel('Add a picture');
    await brings.setInputFiles({ name: 'no.png', mimeType: 'image/png', buffer });
    const refusal = dialog.locator('.toast', { hasText: '“no.png”' });
    await refusal.getByRole('button', { name: 'Close' }).click();
    expect(await desk().takeFaults()).toEqual([expect.stringContaining(': 422 ')]);
    await brings.setInputFiles(demoClip('duck-runs-plain-green'));
    const pictures = dialog.locator('button.picture');
    await expect.poll(() => pictures.count()).toBe(1);
    await dialog.getByLabel('From a video').selectOption({ label: 'a cat runs' });
    await dialog.getByRole('slider', { name: 'Frame' }).fill('2');
    await dialog.getByRole('button', { name: 'Take this frame' }).click();
    await expect.poll(() => pictures.count()).toBe(2);
    await dialog.getByText('a cat runs, frame 3').waitFor();
    // Both are chosen; the first is left out again.
    await dialog.getByRole('button', { name: 'Use these 2' }).waitFor();
    await pictures.last().click();
    await dialog.getByRole('button', { name: 'Draw four' }).click();
    await expect.poll(() => dialog.locator('.picture-drawing').count()).toBe(4);
    await expect.poll(() => pictures.count(), { timeout: 120_000 }).toBe(3);
    // One is enough. The last one first: what is cancelled makes room for those that wait.
    await page.evaluate(`(async () => {
      const { jobs } = await (await fetch('/api/jobs')).json();
      for (const { id, state } of jobs.reverse()) {
        if (state === 'waiting' || state === 'running') await fetch('/api/jobs/' + id + '/cancel', {
          method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}',
        });
      }
    })()`);
    await dialog.getByRole('button', { name: 'Use this picture' }).click();
    await page.getByAltText('First frame 1').waitFor();
  });

  test('a clip is edited with its motion, and plays beside the result, together with it', async () => {
    const { page } = desk();
    await open(page, 'new/edit');
    await page.getByLabel('Clip', { exact: true }).selectOption({ label: 'duck-runs-plain-green.gif' });
    await page.getByLabel('What the clip shows').fill('a duck runs');
    await page.locator('#prompt').fill('a robot runs');
    // What the clip shows is for learning from it.
    await page.getByLabel('Motion', { exact: true }).selectOption({ index: 1 });
    await page.getByLabel('What the clip shows').waitFor({ state: 'detached' });
    await set(page, 'Frames', '4');
    await set(page, 'Steps', '-2');
    await page.getByText('Correct these settings: Steps.').waitFor();
    expect(await page.getByRole('button', { name: 'Edit the clip' }).isDisabled()).toBe(true);
    await set(page, 'Steps', '2');
    await page.locator('.command code', { hasText: 'lamp edit' }).waitFor();
    await page.getByText('Time, about').waitFor();
    await page.getByRole('button', { name: 'Edit the clip' }).click();
    await page.locator('.card .moving img[src*="/api/videos/"]').first().waitFor();
    await page.getByRole('main').getByRole('link', { name: 'a robot runs' }).click();
    await page.getByText('Edited', { exact: true }).waitFor();
    await expect
      .poll(async () => (await players(page)).all.map(({ paused }) => paused))
      .toEqual([false, false]);
    const [before, edited] = (await players(page)).all;
    expect(before!.duration).toBeGreaterThan(0);
    expect(before!.duration).toBeCloseTo(edited!.duration, 1);
    await expect.poll(async () => (await players(page)).apart).toBeLessThan(0.1);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByLabel('Time').fill('0.25');
    await expect
      .poll(async () => (await players(page)).all.map(({ currentTime }) => currentTime.toFixed(2)))
      .toEqual(['0.25', '0.25']);
  });
}
