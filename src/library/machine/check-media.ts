/** @file Checks the codecs, and the built-in model. */
import { bytesText, countText } from '../../amounts.ts';
import { StorageError } from '../../errors.ts';
import { phrase } from '../../phrases.ts';
import { type Finding, finding, said } from './finding.ts';
import type { RunProbe } from './run-probe.ts';

/** Kinds of videos by extension. PNG frames can replace all others. */
const kinds = { '.mp4': 'MP4 (H.264)', '.webm': 'WebM (VP9)', '.gif': 'GIF', '': 'PNG frames' } as const;

/** Advice for the kinds that need no video codecs. */
const codecless = {
  '.gif': 'Install again without omitting optional dependencies, or use folders of PNG frames.',
  '': 'Install again without omitting optional dependencies: "npm install".',
} as const;

/** Writes and reads a tiny video of each kind. */
export async function checkMedia(runProbe: RunProbe): Promise<Finding[]> {
  const findings: Finding[] = [];
  let isBlocked = false;
  for (const [ending, name] of Object.entries(kinds)) {
    const subject = `video ${ending || 'folder'}`;
    try {
      const { bytes } = await runProbe('media', ending);
      const found = `${name} can be written and read`;
      findings.push(finding({ subject, verdict: 'ok', found, data: { ending, bytes } }));
    } catch (error) {
      const what = said(error);
      const about = { subject, data: { ending } };
      if (error instanceof StorageError) {
        // Nothing was learned about the codecs. The reason is the same for all kinds, and is given once; what helps
        // stands with the temporary folder among the disks.
        const notTried = `${name}: not tried, since the temporary folder cannot be used`;
        const found = isBlocked ? notTried : phrase`${notTried}: ${what.found}`;
        findings.push(finding({ ...about, verdict: 'warning', found }));
        isBlocked = true;
        continue;
      }
      const verdict = ending === '' ? 'problem' : 'warning';
      // The codecs' own message contains advice.
      const advice = ending in codecless ? codecless[ending as keyof typeof codecless] : what.advice;
      findings.push(finding({ ...about, verdict, found: phrase`${name}: ${what.found}`, advice }));
    }
  }
  return findings;
}

/** Checks that the built-in model is complete. */
export async function checkBase(runProbe: RunProbe): Promise<Finding[]> {
  const subject = 'built-in model';
  try {
    const { parameters, size } = await runProbe('base');
    const pictures = size ? `, pictures of ${size.width}x${size.height}` : '';
    const found = `${countText(parameters)} parameters (${bytesText(2 * parameters)})${pictures}`;
    return [finding({ subject, verdict: 'ok', found, data: { parameters, size } })];
  } catch (error) {
    return [finding({ subject, verdict: 'warning', ...said(error) })];
  }
}
