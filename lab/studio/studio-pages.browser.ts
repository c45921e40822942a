import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { RunningStudio, StudioOptions } from '../../src/studio/server/start-studio.ts';
import { tinyBase } from '../../src/testing/library-models.ts';
import { openTestStudio } from '../../src/testing/studio-visitor.ts';
import { testFolder } from '../../src/testing/test-folder.ts';
import { entrancePages } from './entrance-pages.ts';
import { everyView } from './every-view.ts';
import { importPages } from './import-pages.ts';
import { mainFlow } from './main-flow.ts';
import { type PageVisitor, screens, startBrowser, visitPage } from './page-visitor.ts';
import { queuePages } from './queue-pages.ts';
import { root, type StudioVisit } from './studio-visit.ts';
import { videoPages } from './video-pages.ts';

const path = await testFolder();
const shots = process.env.LAMP_STUDIO_SHOTS;

let studio: RunningStudio;
let browser: Browser;
let desk: PageVisitor;

beforeAll(async () => {
  if (shots !== undefined) mkdirSync(shots, { recursive: true });
  studio = await openBuilt('studio', { bases: [tinyBase] });
  browser = await startBrowser();
  desk = await visitPage(browser, studio.link, screens['desktop-light']!);
  desk.page.setDefaultTimeout(120_000);
});
/** Starts a studio of what was built with the page: its processes start sooner than those from source. */
async function openBuilt(name: string, more: Partial<StudioOptions>): Promise<RunningStudio> {
  const { startStudio } = (await import(
    join(root, 'dist/studio/server/start-studio.js')
  )) as typeof import('../../src/studio/server/start-studio.ts');
  const catalogue = join(root, 'dist/cli/studio-catalogue.js');
  const built = { page: join(root, 'dist/studio/page'), catalogue, execArgv: [] };
  return openTestStudio(path(name), { ...built, ...more }, startStudio);
}

afterAll(async () => {
  await browser?.close();
  await studio?.close();
});
// Each test answers for what happened since the one before it.
afterEach(async () => expect(await desk.takeFaults()).toEqual([]));

// One studio for all of them, in this order: each uses what was made before.
const visit: StudioVisit = { desk: () => desk, path, made: { motion: '', video: '' } };
mainFlow(visit);
queuePages(visit);
videoPages(visit);
importPages(visit);
entrancePages(
  (more) => openBuilt('entrance', more),
  () => browser,
);
everyView(
  visit,
  () => studio.link,
  () => browser,
  shots,
);
