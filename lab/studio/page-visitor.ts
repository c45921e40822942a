/** @file A browser that looks at a studio's page, and remembers what must not happen there. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page, type Response } from 'playwright-core';

/** How a browser shows pages. */
export interface Screen {
  readonly width: number;
  readonly height: number;
  readonly dark: boolean;
}

/** The screens that pages are looked at on. */
export const screens: Readonly<Record<string, Screen>> = {
  'desktop-light': { width: 1280, height: 860, dark: false },
  'desktop-dark': { width: 1280, height: 860, dark: true },
  'phone-light': { width: 360, height: 740, dark: false },
  'phone-dark': { width: 360, height: 740, dark: true },
};

/** A page, and what was noticed. */
export interface PageVisitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /**
   * What has happened since this was last asked and must not: errors of the console, of scripts and of the policy,
   * answers that refuse, with what they say, and requests to anywhere but this machine; each with its time.
   */
  takeFaults(): Promise<string[]>;
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Starts the browser that `LAMP_CHROMIUM` names. */
export function startBrowser(): Promise<Browser> {
  const executablePath = process.env.LAMP_CHROMIUM;
  if (executablePath === undefined)
    throw new Error('LAMP_CHROMIUM names no browser: use "npm run test:studio"');
  // As root, as in containers, its sandbox cannot be had.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args });
}

/** Opens a studio by its link. */
export async function visitPage(browser: Browser, link: string, screen: Screen): Promise<PageVisitor> {
  const { width, height, dark } = screen;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    locale: 'en',
  });
  let faults: Promise<string>[] = [];
  const note = (text: string | Promise<string>) => {
    const at = new Date().toISOString().slice(11, 23);
    faults.push(Promise.resolve(text).then((known) => `${at} ${known}`));
  };
  context.on('request', (request) => {
    const url = new URL(request.url());
    const isOurs = ['data:', 'blob:'].includes(url.protocol) || url.host === new URL(link).host;
    if (!isOurs) note(`a request to ${url.host}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) note(refusalIn(response));
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    const { url } = message.location();
    const isFault = message.type() === 'error' || message.type() === 'warning';
    // What the browser says of an answer that refuses is noted with the answer.
    const isKnown = message.text().startsWith('Failed to load resource: the server responded with');
    if (isFault && !isKnown) note(`console: ${message.text()} (${url}, on ${page.url()})`);
  });
  page.on('pageerror', (error) => note(`script: ${error.stack ?? error.message} (on ${page.url()})`));
  await page.goto(link);
  return {
    page,
    context,
    takeFaults() {
      const taken = faults;
      faults = [];
      return Promise.all(taken);
    },
  };
}

/** A request that was refused, and why. */
async function refusalIn(response: Response): Promise<string> {
  const request = response.request();
  // Of a page that has been left nothing more can be read.
  const why = await response.text().catch(() => '');
  return `${request.method()} ${request.url()}: ${response.status()} ${why.slice(0, 500)}`;
}

/** What axe finds on a page that is serious or worse, in words. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // By the debugger, which the page's policy does not concern.
  await page.evaluate(axeSource);
  const found = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    violations: {
      id: string;
      impact: string;
      help: string;
      nodes: { target: string[]; failureSummary: string }[];
    }[];
  };
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${help} at ${target.join(' ')}: ${failureSummary}`),
    );
}

/** Presses Tab until what has the focus has this name; throws if nothing of the page has it. */
export async function tabTo(page: Page, name: RegExp | string, most = 250): Promise<void> {
  const seen: string[] = [];
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const focused = (await page.evaluate(`(() => {
      const element = document.activeElement;
      const label = element.labels?.[0]?.textContent;
      return (element.getAttribute('aria-label') ?? label ?? element.textContent ?? '').trim();
    })()`)) as string;
    seen.push(focused);
    if (typeof name === 'string' ? focused === name : name.test(focused)) return;
  }
  throw new Error(
    `no Tab leads to ${name}; it leads to: ${[...new Set(seen.map((each) => each.slice(0, 40)))].join(' | ')}`,
  );
}
