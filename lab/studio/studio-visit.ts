/** @file What tests of the page share: one studio, one browser, and what was made there. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import type { PageVisitor } from './page-visitor.ts';
import { tabTo } from './page-visitor.ts';

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A path of one of the demo's clips. */
export const demoClip = (name: string) => join(root, `assets/demo/clips/${name}.gif`);

/** A studio that is visited by tests one after the other. */
export interface StudioVisit {
  /** A browser on a desk, in light. */
  readonly desk: () => PageVisitor;
  /** Path of something in the test's folder; the studio is in `studio`. */
  readonly path: (name: string) => string;
  /** Addresses of a motion and a video that were made. */
  readonly made: { motion: string; video: string };
}

/** Opens a view, and waits until what it asks for is there. */
export async function open(page: Page, view: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(`#/${view}`)}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('main .waiting').first().waitFor({ state: 'detached' });
}

/** Gives a setting that is not among the main ones. */
export async function set(page: Page, name: string, value: string): Promise<void> {
  const field = page.getByLabel(name, { exact: true }).first();
  if (!(await field.isVisible())) await page.getByText(/^All other settings/).click();
  await field.fill(value);
}

/** Presses, by keys alone, what has this name. */
export async function press(page: Page, name: RegExp | string, key = 'Enter'): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press(key);
}

/** Fills in, by keys alone, the field with this name. */
export async function type(page: Page, name: RegExp | string, text: string): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press('Control+a');
  await page.keyboard.type(text);
}
