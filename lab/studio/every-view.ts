/** @file Every view, on a desk and on a phone, in light and in dark. */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { expect, test } from 'vitest';
import { screens, seriousFindings, visitPage } from './page-visitor.ts';
import { open, type StudioVisit } from './studio-visit.ts';

/** What `lamp doctor` finds takes its time, and does not depend on the screen. */
const doctor = '**/api/machine/doctor';

/** Whether each link of the main navigation is what is there on the screen. */
const waysAreReached = `[...document.querySelectorAll('nav[aria-label="Main"] a')].every((link) => {
  const { left, top, width, height } = link.getBoundingClientRect();
  return link.contains(document.elementFromPoint(left + width / 2, top + height / 2));
})`;

/** The test; with `shots`, pictures are made on all screens. */
export function everyView(
  { made }: StudioVisit,
  link: () => string,
  browser: () => Browser,
  shots: string | undefined,
): void {
  test('every view: nothing serious for screen readers and keys, and nothing wider than the screen', async () => {
    const views = {
      motions: 'motions',
      motion: made.motion,
      'new': 'new',
      'new-motion': 'new/motion',
      'new-motion-clips': `new/motion?from=${made.motion.split('/')[1]}`,
      'new-video': `new/video?motion=${made.motion.split('/')[1]}`,
      'new-edit': 'new/edit',
      videos: 'videos',
      video: made.video,
      pictures: 'pictures',
      queue: 'queue',
      machine: 'machine',
    };
    const found: Record<string, string[]> = {};
    let examined: string | undefined;
    for (const [name, screen] of Object.entries(screens)) {
      // A desk in light and a phone in dark have all that there is; pictures are made of all four.
      const isChecked = name === 'desktop-light' || name === 'phone-dark';
      if (!isChecked && shots === undefined) continue;
      const { page, context, takeFaults } = await visitPage(browser(), link(), screen);
      page.setDefaultTimeout(120_000);
      await page.route(doctor, async (route) => {
        if (examined !== undefined) return route.fulfill({ contentType: 'application/json', body: examined });
        const answer = await route.fetch({ timeout: 280_000 });
        examined = await answer.text();
        return route.fulfill({ response: answer, body: examined });
      });
      for (const [view, address] of Object.entries(views)) {
        await open(page, address);
        const wide = (await page.evaluate('document.documentElement.scrollWidth')) as number;
        const findings = isChecked ? await seriousFindings(page) : [];
        if (wide > screen.width) findings.push(`wider than the screen: ${wide}`);
        if (!(await page.evaluate(waysAreReached))) findings.push('the ways to other views are covered');
        if (findings.length > 0) found[`${view} ${name}`] = findings;
        if (shots !== undefined)
          await page.screenshot({ path: join(shots, `${view}-${name}.png`), fullPage: true });
      }
      expect(await takeFaults(), name).toEqual([]);
      await context.close();
    }
    expect(found).toEqual({});
  });
}
