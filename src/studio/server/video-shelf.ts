/** @file The videos and pictures of a studio. */
import { basename, extname } from 'node:path';
import { addressOf } from '../api/routes.ts';
import type { ApiPicture, ApiVideo } from '../api/video-api.ts';
import type { Job } from '../jobs/job.ts';
import { titleOf } from './job-book.ts';
import { notHere } from './request-error.ts';
import { itemsIn, latestFirst, type ShelfItem } from './shelf.ts';
import type { StudioContext } from './studio-context.ts';

type Context = Pick<StudioContext, 'folder' | 'titles' | 'jobs'>;

const videoEndings = ['.mp4', '.webm', '.gif'] as const;
const pictureEndings = ['.png', '.jpg', '.jpeg', '.webp'] as const;

/** The files of the videos, latest first. */
export function videoItems({ folder }: Pick<Context, 'folder'>): Promise<ShelfItem[]> {
  return filesIn(folder.videos, 'videos', videoEndings);
}

/** The files of the pictures, latest first. */
export function pictureItems({ folder }: Pick<Context, 'folder'>): Promise<ShelfItem[]> {
  return filesIn(folder.pictures, 'pictures', pictureEndings);
}

async function filesIn(folder: string, place: string, endings: readonly string[]): Promise<ShelfItem[]> {
  const items = await itemsIn(folder, place);
  return latestFirst(
    items.filter(({ name, isFolder }) => !isFolder && endings.includes(extname(name).toLowerCase())),
  );
}

/** The video with an identifier. Throws `RequestError`. */
export async function findVideo(context: Pick<Context, 'folder'>, id: string): Promise<ShelfItem> {
  const found = (await videoItems(context)).find((item) => item.id === id);
  if (!found) throw notHere('video');
  return found;
}

/** The picture with an identifier. Throws `RequestError`. */
export async function findPicture(context: Pick<Context, 'folder'>, id: string): Promise<ShelfItem> {
  const found = (await pictureItems(context)).find((item) => item.id === id);
  if (!found) throw notHere('picture');
  return found;
}

/** The job that made a file, of jobs by identifier. */
export function jobOf(jobs: ReadonlyMap<string, Job>, { name }: ShelfItem): Job | undefined {
  return jobs.get(basename(name, extname(name)));
}

/** What the page is told of a video and of a picture alike. */
function shownFile(
  { titles }: Pick<Context, 'titles'>,
  job: Job | undefined,
  { id, name, place, bytes, changed }: ShelfItem,
) {
  return {
    id,
    title: titles.of(place) ?? (job ? titleOf(job) : basename(name, extname(name))),
    made: new Date(changed).toISOString(),
    bytes,
    ...(job && { job: job.id }),
  };
}

/** A video for the page. */
export function shownVideo(
  context: Pick<Context, 'titles'>,
  jobs: ReadonlyMap<string, Job>,
  item: ShelfItem,
): ApiVideo {
  const { id, name } = item;
  const job = jobOf(jobs, item);
  const address = (form: string) => addressOf('videoFile', { id, form });
  const prompt = job?.options.prompt;
  return {
    ...shownFile(context, job, item),
    format: extname(name).slice(1).toLowerCase() as ApiVideo['format'],
    plays: address('plays'),
    webm: address('webm'),
    loop: address('loop'),
    still: address('still'),
    ...(typeof prompt === 'string' && { prompt }),
  };
}

/** A picture for the page. */
export function shownPicture(
  context: Pick<Context, 'titles'>,
  jobs: ReadonlyMap<string, Job>,
  item: ShelfItem,
): ApiPicture {
  const { id } = item;
  return {
    ...shownFile(context, jobOf(jobs, item), item),
    shows: addressOf('pictureFile', { id, form: 'shows' }),
    small: addressOf('pictureFile', { id, form: 'small' }),
  };
}
