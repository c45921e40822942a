/** @file The codecs, and the model that comes with the package. */
import { bytesText, countText } from '../facts.ts';
import { temporaryAdvice } from './check-disk.ts';
import { type Finding, messageOf } from './finding.ts';
import type { RunProbe } from './run-probe.ts';

/** Kinds of videos by their endings. PNG is what everything else can be replaced by. */
const kinds = { '.mp4': 'MP4 (H.264)', '.webm': 'WebM (VP9)', '.gif': 'GIF', '': 'PNG frames' } as const;

/** What helps with the kinds that need no video codecs. */
const codecless = {
  '.gif': 'Install again without omitting optional dependencies, or use folders of PNG frames.',
  '': 'Install again without omitting optional dependencies: "npm install".',
} as const;

/** Writes and reads a tiny video of each kind. */
export async function checkMedia(runProbe: RunProbe): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [ending, name] of Object.entries(kinds)) {
    const subject = `video ${ending || 'folder'}`;
    try {
      const { bytes } = await runProbe('media', ending);
      const found = `${name} can be written and read`;
      findings.push({ subject, verdict: 'ok', found, data: { ending, bytes } });
    } catch (error) {
      if (messageOf(error).startsWith('cannot write')) {
        // Nothing is known of the codecs.
        const found = `${name}: not tried, since the temporary folder cannot be used: ${messageOf(error)}`;
        findings.push({ subject, verdict: 'warning', found, advice: temporaryAdvice, data: { ending } });
        continue;
      }
      const verdict = ending === '' ? 'problem' : 'warning';
      // The codecs' own message says what to do.
      const advice = ending in codecless ? { advice: codecless[ending as keyof typeof codecless] } : {};
      findings.push({ subject, verdict, found: `${name}: ${messageOf(error)}`, ...advice, data: { ending } });
    }
  }
  return findings;
}

/** Checks that the built-in model is there. */
export async function checkBase(runProbe: RunProbe): Promise<Finding[]> {
  const subject = 'built-in model';
  try {
    const { parameters, size } = await runProbe('base');
    const pictures = size ? `, pictures of ${size.width}x${size.height}` : '';
    const found = `${countText(parameters)} parameters (${bytesText(2 * parameters)})${pictures}`;
    return [{ subject, verdict: 'ok', found, data: { parameters, size } }];
  } catch (error) {
    return [{ subject, verdict: 'warning', found: messageOf(error) }];
  }
}
