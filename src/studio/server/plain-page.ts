/** @file Pages without a script: what the studio holds, as long as the page is not built; and how to come in. */
import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { Problem } from '../api/problem-api.ts';

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** What is listed. */
export interface PlainList {
  readonly name: string;
  readonly motions: readonly { readonly title: string; readonly state: string }[];
  readonly videos: readonly { readonly title: string; readonly plays: string }[];
  readonly jobs: readonly { readonly title: string; readonly state: string; readonly command: string }[];
}

function page(title: string, body: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head>
<body>${body}</body>
</html>`;
}

/** A list of what is there. */
export function plainPage({ name, motions, videos, jobs }: PlainList): Html {
  return page(
    `${name} – lamp studio`,
    html`<main>
<h1>${name}</h1>
<p>The studio's page has not been built here: “npm run build” builds it. This is what the folder holds.</p>
<h2>Motions</h2>
<ul>${motions.map(({ title, state }) => html`<li>${title} (${state})</li>`)}</ul>
<h2>Videos</h2>
<ul>${videos.map(({ title, plays }) => html`<li><a href="${plays}">${title}</a></li>`)}</ul>
<h2>Jobs</h2>
<ul>${jobs.map(({ title, state, command }) => html`<li>${title} (${state}) <code>${command}</code></li>`)}</ul>
</main>`,
  );
}

function sentencesOf({ message, advice = [] }: Problem): string {
  const sentence = (text: string) =>
    `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
  return [message, ...advice].map(sentence).join(' ');
}

/** What one sees who did not come by the link. */
export function entrancePage(hasPassword: boolean, problem?: Problem): Html {
  return page(
    'lamp studio',
    html`<main>
<h1>lamp studio</h1>
${problem ? html`<p role="alert">${sentencesOf(problem)}</p>` : ''}
${
  hasPassword
    ? html`<form method="post" action="/enter">
<label>Password <input type="password" name="password" autocomplete="current-password" required autofocus></label>
<button>Open</button></form>`
    : html`<p>Open the link that <code>lamp studio</code> printed when it was started.</p>`
}
</main>`,
  );
}
