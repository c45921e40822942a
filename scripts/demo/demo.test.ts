import { spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { blankPicture } from '../../src/media/picture.ts';
import { readVideoMetadata, writeVideo } from '../../src/media/video-file.ts';
import { storedSettings } from '../../src/pipelines/video/stored-settings.ts';
import { fromSource } from '../../src/testing/from-source.ts';
import { testFolder } from '../../src/testing/test-folder.ts';
import { testdata } from '../../src/testing/testdata.ts';
import { lossChart, runningMean, ticks } from './loss-chart.ts';

const path = await testFolder();
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the demo in a process of its own. */
function runDemo(words: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [...fromSource, 'scripts/demo.ts', ...words], { cwd: root });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (written: string) => {
    stderr += written;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr })));
}

describe('the demo', () => {
  test('learns, makes four videos and a page of them, and touches nothing else', async () => {
    await cp(testdata('mini/tiny-sd'), path('base'), { recursive: true });
    const [size, few] = [{ width: 64, height: 64 }, { samplerSteps: 1 }];
    await writeFile(path('base/lamp.json'), JSON.stringify({ size, video: few, image: few }));
    const frames = Array.from({ length: 16 }, (_, i) => blankPicture(size, [10 * i, 80, 200]));
    for (const name of ['a-fox-<1>', 'b']) {
      await writeVideo(path(`clips/${name}.gif`), frames, { framesPerSecond: 8 });
    }
    await mkdir(path('out'));
    await writeFile(path('out/mine.txt'), 'mine');
    const words = ['--base', path('base'), '--clips', path('clips'), '--out', path('out')];

    const first = await runDemo([...words, '--steps', '3']);
    expect(first.stderr).toMatch(
      /training 3\/3.*sampling.*learning the motion +\d.*in all +\d.*Done: open .*index\.html.*What to try next/s,
    );
    expect(first.code).toBe(0);
    const again = await runDemo([...words, '--steps', '1']);
    expect(again.code).toBe(0);

    const inside = (await readdir(path('out'))).sort();
    expect(inside).toEqual([
      'clips',
      'index.html',
      'loss.svg',
      'mine.txt',
      'overview.gif',
      'training',
      'videos',
    ]);
    expect(await readdir(path('out/videos'))).toHaveLength(3 * 4);
    const html = await readFile(path('out/index.html'), 'utf8');
    expect(html.match(/src="data:image\/gif;base64,/g)).toHaveLength(2 + 4);
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(html).not.toContain('a fox <1>');
    expect(html).toContain('a fox &lt;1&gt;');
    expect(html).toContain('The prompt for every clip was “a thing runs”.');
    expect(html).toContain(
      'What the base model can draw it had learned before. The method is LAMP as in the paper.',
    );
    expect(html).not.toMatch(/beforehand|All it was told/);
    for (const [, file] of html.matchAll(/href="([^"]+)"/g)) {
      const stored = storedSettings(await readVideoMetadata(path(`out/${file}`)));
      expect(stored).toMatchObject({ width: 64, frames: 16, samplerSteps: 1 });
      expect(html).toContain(stored!.prompt);
    }
  });

  test('says on one line what is wrong', async () => {
    const { code, stderr } = await runDemo(['--base', '/no/such/base', '--out', path('never')]);
    expect(stderr).toMatch(/^demo: there is no folder "\/no\/such\/base"[^\n]*\n$/);
    expect(code).toBe(4);
    expect(await readdir(path('.'))).not.toContain('never');
  });
});

describe('the chart of the loss', () => {
  test('shows every step, the running mean and numbered axes', () => {
    const losses = Array.from({ length: 40 }, (_, i) => 1 / (i + 1) + (i % 2) / 10);
    const svg = lossChart(losses);
    const [raw, mean] = [...svg.matchAll(/points="([^"]+)"/g)].map(([, points]) => points!.split(' '));
    expect(raw).toHaveLength(40);
    expect(mean).toHaveLength(40);
    expect(svg).toMatch(/>0<.*>0\.4<.*>10<.*>40</s);
    expect(svg).not.toContain('NaN');
    expect(lossChart([0.5])).not.toContain('NaN');
    expect(() => lossChart([])).toThrow(RangeError);
  });

  test('its mean and its numbers are right', () => {
    expect(runningMean([1, 2, 3, 4, 5], 3)).toEqual([1.5, 2, 3, 4, 4.5]);
    expect(ticks(0.37, 4)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(ticks(500, 6)).toEqual([0, 100, 200, 300, 400, 500]);
  });
});
