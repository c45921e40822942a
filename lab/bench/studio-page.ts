/** @file Measures a studio's page in a browser: how soon it takes input, and how smoothly a long gallery scrolls. */
import type { Browser, Page } from 'playwright-core';
import { quantile } from './quantile.ts';

/** What was measured. */
export interface PageReport {
  /** Median milliseconds from the navigation to the first view that takes input, by view. */
  readonly interaction: Readonly<Record<string, number>>;
  /** Videos in the gallery. */
  readonly videos: number;
  /** Milliseconds between frames while it scrolls through all of them: median, 95 of 100, and the longest. */
  readonly median: number;
  readonly p95: number;
  readonly most: number;
}

/** Views, and what takes input there first. */
const views = { motions: 'main a.button', videos: 'main .card a', 'new/video': '#prompt' };
const repeats = 5;
/** Pixels a frame: a screen and a half a second. */
const speed = 20;
const seconds = 10;

/** Visits a studio, by its link, with a browser that is open. */
export async function measurePage(browser: Browser, link: string): Promise<PageReport> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en' });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.goto(link);
  const { origin } = new URL(page.url());
  const interaction: Record<string, number> = {};
  for (const [view, first] of Object.entries(views)) {
    const times: number[] = [];
    for (let n = 0; n < repeats; n++) {
      // A page of its own: nothing is left of the one before but the browser's cache.
      const fresh = await context.newPage();
      const began = performance.now();
      await fresh.goto(`${origin}/#/${view}`, { waitUntil: 'commit' });
      await fresh.locator(first).first().waitFor();
      times.push(performance.now() - began);
      await fresh.close();
    }
    interaction[view] = quantile(times, 0.5);
  }
  await page.goto(`${origin}/#/videos`);
  const videos = await listAll(page);
  const gaps = (await page.evaluate(scrolled)) as number[];
  await context.close();
  return {
    interaction,
    videos,
    median: quantile(gaps, 0.5),
    p95: quantile(gaps, 0.95),
    most: Math.max(...gaps),
  };
}

/** Has all videos listed, and returns how many they are. Throws if the list does not grow for half a minute. */
async function listAll(page: Page): Promise<number> {
  await page.locator('.card').first().waitFor();
  const all = Number((await page.locator('.lead').textContent())?.replace(/\D/g, ''));
  let [height, since] = [0, performance.now()];
  while ((await page.getByRole('button', { name: 'Show more' }).count()) > 0) {
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    await page.waitForTimeout(100);
    const now = (await page.evaluate('document.documentElement.scrollHeight')) as number;
    if (now !== height) [height, since] = [now, performance.now()];
    if (performance.now() - since > 30_000) throw new Error('the gallery shows no more videos at its end');
  }
  await page.evaluate('scrollTo(0, 0)');
  return all;
}

/** Milliseconds between frames while the page scrolls down. */
const scrolled = `new Promise((done) => {
  const gaps = [];
  let last = performance.now();
  const end = last + ${1000 * seconds};
  requestAnimationFrame(function frame(now) {
    gaps.push(now - last);
    last = now;
    scrollBy(0, ${speed});
    if (now < end) requestAnimationFrame(frame);
    else done(gaps.slice(1));
  });
})`;

/** The report in lines. */
export function pageLines({ interaction, videos, median, p95, most }: PageReport): string[] {
  const times = Object.entries(interaction).map(([view, time]) => `${view} ${time.toFixed(0)}`);
  return [
    `the page takes input after, in ms: ${times.join(', ')}`,
    `${videos} videos scroll with a frame every ${median.toFixed(1)} ms (median; 95 of 100 within ${p95.toFixed(1)}, all within ${most.toFixed(0)})`,
  ];
}
