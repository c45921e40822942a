/** @file The demo's `index.html`: one file without outside resources, for light and dark screens. */

/** A picture or animation as a `data:` URL, and its description. */
export interface Shown {
  readonly source: string;
  readonly caption: string;
}

/** A video of the page. */
export interface ShownVideo extends Shown {
  readonly firstFrame: string;
  readonly firstFramePrompt: string;
  readonly seed: number;
  /** Path of the MP4 file, relative to the page. */
  readonly file: string;
}

/** Everything the page shows. */
export interface DemoPage {
  readonly motion: string;
  readonly clips: readonly Shown[];
  /** The captions of the training, and the views of the clips. */
  readonly clipsCaption: string;
  /** What the base model knew before, and the training method. */
  readonly method: string;
  readonly videos: readonly ShownVideo[];
  /** Description of the videos. */
  readonly videosCaption: string;
  /** An SVG element. */
  readonly chart: string;
  /** Description of the chart. */
  readonly chartCaption: string;
  /** Times, in words. */
  readonly summary: string;
  /** Groups of settings. */
  readonly settings: readonly (readonly [
    title: string,
    rows: readonly (readonly [name: string, value: string])[],
  ])[];
  /** Suggestions: a sentence and a command line each. */
  readonly next: readonly (readonly [what: string, command: string])[];
}

/** The page as HTML. All texts are escaped. */
export function demoPage(page: DemoPage): string {
  const { motion, clips, videos, chart, settings, next } = page;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>lamp: ${text(motion)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>One motion, learned from ${clips.length} clips</h1>
<p class="lead">${text(page.summary)}</p>
<p class="note">${text(page.method)}</p>
</header>
<main>
<section>
<h2>What it learned from</h2>
<p>${text(page.clipsCaption)}</p>
<div class="clips">
${clips.map((clip) => `<figure><img src="${text(clip.source)}" alt="clip: ${text(clip.caption)}"><figcaption>${text(clip.caption)}</figcaption></figure>`).join('\n')}
</div>
</section>
<section>
<h2>What it makes of it</h2>
<p>${text(page.videosCaption)}</p>
<div class="videos">
${videos.map(videoCard).join('\n')}
</div>
</section>
<section>
<h2>The loss while it learned</h2>
${chart}
<p class="note">${text(page.chartCaption)}</p>
</section>
<section>
<h2>What to try next</h2>
<ol class="next">
${next.map(([what, command]) => `<li><p>${text(what)}</p><pre><code>${text(command)}</code></pre></li>`).join('\n')}
</ol>
</section>
<section>
<h2>Every setting</h2>
${settings.map(([title, rows]) => `<details><summary>${text(title)}</summary>${table(rows)}</details>`).join('\n')}
</section>
</main>
</body>
</html>
`;
}

function videoCard({ source, caption, firstFrame, firstFramePrompt, seed, file }: ShownVideo): string {
  return `<figure class="card">
<img src="${text(source)}" alt="video: ${text(caption)}">
<figcaption><strong>${text(caption)}</strong>
<span class="first"><img src="${text(firstFrame)}" alt="first frame"><span>first frame: <q>${text(firstFramePrompt)}</q><br>seed ${seed} · <a href="${text(encodeURI(file))}">MP4</a></span></span></figcaption>
</figure>`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  return `<table>${rows.map(([name, value]) => `<tr><th scope="row">${text(name)}</th><td>${text(value)}</td></tr>`).join('')}</table>`;
}

/** A plain text as HTML or SVG, in an element or an attribute. */
export function text(plain: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return plain.replace(/[&<>"]/g, (letter) => entities[letter]!);
}

const style = `
:root { color-scheme: light dark; --ground: #faf9f7; --card: #fff; --ink: #24292f; --soft: #5c6670; --line: #e3e0da; --accent: #2f6fde; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #16181b; --card: #1f2226; --ink: #e6e6e6; --soft: #a0a8b0; --line: #33383e; --accent: #7aa7ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
header, main { max-width: 1080px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 56px; }
h1 { font-size: clamp(1.8rem, 4vw, 2.6rem); line-height: 1.15; letter-spacing: -.02em; margin: 0 0 12px; }
h2 { font-size: 1.3rem; letter-spacing: -.01em; margin: 0 0 6px; }
.lead { font-size: 1.1rem; color: var(--soft); max-width: 44em; margin: 0; }
section { margin: 48px 0; }
section > p { color: var(--soft); margin: 0 0 16px; }
q { color: var(--ink); font-style: italic; }
a { color: var(--accent); }
figure { margin: 0; }
img { display: block; width: 100%; height: auto; image-rendering: pixelated; }
.clips { display: grid; grid-template-columns: repeat(auto-fill, minmax(112px, 1fr)); gap: 12px; }
.clips img { border-radius: 10px; }
.clips figcaption { color: var(--soft); font-size: .8rem; margin-top: 4px; }
.videos { display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 20px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; overflow: hidden; }
.card figcaption { padding: 12px 14px 14px; }
.card strong { display: block; font-weight: 600; }
.first { display: flex; gap: 10px; align-items: center; margin-top: 10px; color: var(--soft); font-size: .8rem; }
.first img { width: 48px; border-radius: 6px; flex: none; }
svg.loss { display: block; width: 100%; height: auto; background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 12px; }
.note { font-size: .85rem; margin-top: 8px; color: var(--soft); max-width: 58em; }
.next { padding-left: 1.2em; }
.next p { margin: 0 0 4px; }
pre { margin: 0 0 16px; padding: 12px 14px; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--card); border: 1px solid var(--line); border-radius: 10px; font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
details { border: 1px solid var(--line); border-radius: 10px; background: var(--card); padding: 10px 14px; margin-bottom: 10px; }
summary { cursor: pointer; font-weight: 600; }
table { border-collapse: collapse; margin-top: 8px; width: 100%; font-size: .85rem; }
th, td { text-align: left; vertical-align: top; padding: 4px 12px 4px 0; border-top: 1px solid var(--line); font-weight: 400; overflow-wrap: anywhere; }
th { color: var(--soft); width: 40%; }
@media print { section { break-inside: avoid; } }
`;
