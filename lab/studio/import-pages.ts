/** @file Motions that come from elsewhere: a motion file, and a checkpoint of the reference implementation. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { testdata } from '../../src/testing/testdata.ts';
import { open, type StudioVisit } from './studio-visit.ts';

/** The tests; they need one motion. */
export function importPages({ desk }: StudioVisit): void {
  test('a motion is exported as a file, and imported', async () => {
    const { page, takeFaults } = desk();
    await open(page, 'motions');
    await page.getByRole('button', { name: /^More for/ }).click();
    const saving = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Export the motion file' }).click();
    const buffer = await readFile(await (await saving).path());
    const field = page.getByLabel('Import a motion file').and(page.locator('input'));
    await field.setInputFiles({ name: 'run.safetensors', mimeType: 'application/octet-stream', buffer });
    await page.getByText('“run” was imported.').waitFor();
    await expect.poll(() => page.locator('.card').count()).toBe(2);
    // What is no motion is refused in words.
    await field.setInputFiles({
      name: 'other.safetensors',
      mimeType: 'application/octet-stream',
      buffer: buffer.subarray(0, 1000),
    });
    await page.getByText(/^“other.safetensors”: this file is no motion that lamp wrote/).waitFor();
    expect(await takeFaults()).toEqual([expect.stringContaining('422 {"error":')]);
  });

  test('a checkpoint of the reference implementation is imported with what it does not say', async () => {
    const { page } = desk();
    await open(page, 'motions');
    await page.getByRole('button', { name: 'Import its checkpoint…' }).click();
    const dialog = page.getByRole('dialog');
    const weights = testdata('mini/unet3d/diffusion_pytorch_model.safetensors');
    await dialog.locator('input[type=file]').setInputFiles(weights);
    await dialog.getByLabel('Base model').selectOption({ label: 'tiny-sd – in a folder of yours' });
    await dialog.getByLabel('What its clips show').fill('a horse runs');
    for (const [name, value] of Object.entries({ Frames: '4', Width: '64', Height: '32' }))
      await dialog.getByLabel(name, { exact: true }).fill(value);
    await dialog.getByLabel('Name of the motion').fill('Horse');
    await dialog.getByRole('button', { name: 'Import it' }).click();
    await page.getByText('“Horse” was imported.').waitFor();
    await page.getByRole('link', { name: 'Horse' }).click();
    await page.getByText('64 × 32, 4 frames').waitFor();
  });
}
