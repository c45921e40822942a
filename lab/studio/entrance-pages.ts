/** @file The entrance of a studio that other machines may use: its password, in the browser's own form. */
import type { Browser } from 'playwright-core';
import { expect, test } from 'vitest';
import type { RunningStudio } from '../../src/studio/server/start-studio.ts';

/** The test; `open` starts a studio of its own. */
export function entrancePages(
  open: (more: { readonly host: string; readonly password: string }) => Promise<RunningStudio>,
  browser: () => Browser,
): void {
  test('who has no link comes in with the password', async () => {
    const studio = await open({ host: '0.0.0.0', password: 'a long password' });
    const context = await browser().newContext({ locale: 'en' });
    try {
      const page = await context.newPage();
      await page.goto(`http://127.0.0.1:${studio.port}/`);
      const enter = async (password: string) => {
        await page.getByLabel('Password').fill(password);
        await page.getByRole('button', { name: 'Open' }).click();
      };
      await enter('another password');
      await page.getByRole('alert').getByText('That is not the password.').waitFor();
      expect(await context.cookies()).toEqual([]);
      await enter('a long password');
      await page.getByRole('heading', { level: 1, name: 'Motions' }).waitFor();
      expect(await context.cookies()).toMatchObject([{ httpOnly: true, sameSite: 'Strict' }]);
    } finally {
      await context.close();
      await studio.close();
    }
  });
}
