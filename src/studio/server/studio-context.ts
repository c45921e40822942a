/** @file What all parts of a studio's server share. */
import type { JobQueue } from '../jobs/job-queue.ts';
import type { StudioFolder } from '../studio-folder.ts';
import type { Bases } from './base-shelf.ts';
import type { Catalogue } from './catalogue.ts';
import type { EventHub } from './event-hub.ts';
import type { JobBook } from './job-book.ts';
import type { Looks } from './looks.ts';
import type { Titles } from './titles.ts';
import type { UploadLimits } from './uploads.ts';

/** The parts of a studio's server. */
export interface StudioContext {
  readonly folder: StudioFolder;
  /** Tells studios apart. */
  readonly id: string;
  readonly limits: UploadLimits;
  readonly titles: Titles;
  readonly jobs: JobBook;
  readonly queue: JobQueue;
  /** How many jobs run at the same time. */
  readonly most: number;
  readonly looks: Looks;
  readonly catalogue: () => Promise<Catalogue>;
  readonly bases: Bases;
  readonly hub: EventHub;
  /** Looks at the folder at once, rather than at the next turn, since something was done. */
  readonly touched: () => void;
}
