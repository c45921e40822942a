/** @file The queue: jobs put, ordered by keys and by dragging, removed; and what was deleted, had back. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { open, press, type StudioVisit, type } from './studio-visit.ts';

/** The tests; a second video comes of them, `a cat runs`. */
export function queuePages({ desk, path }: StudioVisit): void {
  test('jobs are put, ordered by keys and by dragging, and removed', async () => {
    const { page } = desk();
    await open(page, 'queue');
    await press(page, 'Pause the queue');
    await page.getByRole('button', { name: 'Resume the queue' }).waitFor();
    await open(page, 'motions');
    await press(page, 'Make a video');
    await page.getByRole('heading', { name: 'Make a video' }).waitFor();
    await type(page, 'Prompt', 'a fox runs\na cat runs\na dog runs');
    await page.getByRole('button', { name: 'Make 3 videos' }).waitFor();
    await press(page, 'Make 3 videos');
    await page.getByRole('link', { name: 'a dog runs' }).first().waitFor();
    await open(page, 'queue');
    const waiting = () => page.locator('ol.jobs .job-title a').allTextContents();
    await expect.poll(waiting).toEqual(['a fox runs', 'a cat runs', 'a dog runs']);
    await press(page, /^Place 2 of 3/, 'ArrowUp');
    await expect.poll(waiting).toEqual(['a cat runs', 'a fox runs', 'a dog runs']);
    const row = (title: string) => page.locator('ol.jobs > li', { hasText: title });
    await row('a dog runs').dragTo(row('a cat runs'));
    await expect.poll(waiting).toEqual(['a dog runs', 'a cat runs', 'a fox runs']);
    await page.reload();
    await expect.poll(waiting).toEqual(['a dog runs', 'a cat runs', 'a fox runs']);
    for (const title of ['a dog runs', 'a fox runs']) {
      await press(page, `More for ${title}`);
      await press(page, 'Remove');
    }
    await expect.poll(waiting).toEqual(['a cat runs']);
    await press(page, 'Resume the queue');
    await page.locator('ul.jobs .state-done').first().waitFor();
  });

  test('a damaged job says so, and is removed', async () => {
    const { page } = desk();
    await open(page, 'queue');
    const folder = path('studio/jobs/20260102-030405-00000001');
    await mkdir(folder);
    await writeFile(join(folder, 'job.json'), '{"format":');
    await page.getByRole('heading', { name: 'A job that cannot be read' }).waitFor();
    await press(page, /^Remove the damaged job/);
    await page.getByRole('heading', { name: 'A job that cannot be read' }).waitFor({ state: 'detached' });
    expect(existsSync(folder)).toBe(false);
  });

  test('what was deleted is back after one press', async () => {
    const { page } = desk();
    await open(page, 'motions');
    await page.getByRole('button', { name: /^More for/ }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('Teach lamp its first motion').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.locator('.card').first().waitFor();
  });
}
