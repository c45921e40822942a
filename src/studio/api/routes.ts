/**
 * @file Every request of the page, by name: the server answers these and no others, and the page sends these and no
 * others. What a request takes and gives is checked with the same schemas on both sides.
 */
import { z } from 'zod';
import { baseDetailSchema, basesSchema } from './base-api.ts';
import {
  captionsSchema,
  clipSetSchema,
  clipSetsSchema,
  clipUploadSchema,
  lookAnswerSchema,
  lookQuestionSchema,
  newClipSetSchema,
  uploadQuerySchema,
} from './clip-api.ts';
import {
  commandAnswerSchema,
  commandQuestionSchema,
  estimateSchema,
  formQuestionSchema,
} from './form-api.ts';
import { deletedSchema, doneSchema } from './identifiers.ts';
import {
  changeJobSchema,
  jobLogSchema,
  jobSchema,
  orderSchema,
  pauseSchema,
  putAnswerSchema,
  putJobsSchema,
  queueSchema,
} from './job-api.ts';
import { diskSchema, doctorSchema, studioSchema, trashSchema } from './machine-api.ts';
import {
  goOnSchema,
  importQuerySchema,
  metricsQuerySchema,
  metricsSchema,
  motionDetailSchema,
  motionSchema,
  motionsSchema,
  renameSchema,
  rollBackSchema,
  tidyAnswerSchema,
  tidySchema,
  wishSchema,
} from './motion-api.ts';
import { settingsSchema } from './setting-api.ts';
import {
  downloadQuerySchema,
  fileQuerySchema,
  frameSchema,
  madeBySchema,
  pageQuerySchema,
  pictureDetailSchema,
  pictureSchema,
  picturesSchema,
  videoDetailSchema,
  videoFactsSchema,
  videosSchema,
} from './video-api.ts';

/** A request: how it is sent, what it takes and what it gives. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Its address, with `:id` and the like in the place of identifiers. */
  readonly path: string;
  readonly query?: z.ZodType;
  /** The body as JSON; `file`: the body is a file, streamed. */
  readonly body?: z.ZodType | 'file';
  /** The answer as JSON; `file`: a file, of which parts can be asked for (`Range`); `events`: server-sent events. */
  readonly answer: z.ZodType | 'file' | 'events';
}

const nothing = z.strictObject({});

/** The requests. All need the cookie; all but `GET` need the header `Origin` of this server's own pages. */
export const routes = {
  /** The studio itself, and its limits. */
  studio: { method: 'GET', path: '/api/studio', answer: studioSchema },
  /** See `studioEventSchema`. One stream for all tabs of a browser. */
  events: { method: 'GET', path: '/api/events', answer: 'events' },
  settings: { method: 'GET', path: '/api/settings', answer: settingsSchema },

  motions: { method: 'GET', path: '/api/motions', answer: motionsSchema },
  motion: { method: 'GET', path: '/api/motions/:id', answer: motionDetailSchema },
  metrics: {
    method: 'GET',
    path: '/api/motions/:id/metrics',
    query: metricsQuerySchema,
    answer: metricsSchema,
  },
  motionLog: { method: 'GET', path: '/api/motions/:id/log', answer: jobLogSchema },
  renameMotion: { method: 'PATCH', path: '/api/motions/:id', body: renameSchema, answer: motionSchema },
  deleteMotion: { method: 'DELETE', path: '/api/motions/:id', answer: deletedSchema },
  /** The motion file; the browser saves it. */
  exportMotion: { method: 'GET', path: '/api/motions/:id/file', answer: 'file' },
  importMotion: {
    method: 'POST',
    path: '/api/motions',
    query: importQuerySchema,
    body: 'file',
    answer: motionSchema,
  },
  tidyMotions: { method: 'POST', path: '/api/motions/tidy', body: tidySchema, answer: tidyAnswerSchema },
  /** Stops the training after its step, whoever began it. */
  stopTraining: { method: 'POST', path: '/api/motions/:id/stop', body: nothing, answer: doneSchema },
  goOnTraining: { method: 'POST', path: '/api/motions/:id/go-on', body: goOnSchema, answer: jobSchema },
  rollBackTraining: {
    method: 'POST',
    path: '/api/motions/:id/roll-back',
    body: rollBackSchema,
    answer: deletedSchema,
  },
  wishOfTraining: { method: 'POST', path: '/api/motions/:id/wish', body: wishSchema, answer: doneSchema },
  /** `:form` is `plays`, `webm`, `loop` or `still`. */
  sampleFile: { method: 'GET', path: '/api/motions/:id/samples/:sample/:form', answer: 'file' },
  checkpointFile: { method: 'GET', path: '/api/motions/:id/checkpoints/:checkpoint/file', answer: 'file' },

  clipSets: { method: 'GET', path: '/api/clip-sets', answer: clipSetsSchema },
  newClipSet: { method: 'POST', path: '/api/clip-sets', body: newClipSetSchema, answer: clipSetSchema },
  renameClipSet: { method: 'PATCH', path: '/api/clip-sets/:id', body: renameSchema, answer: clipSetSchema },
  deleteClipSet: { method: 'DELETE', path: '/api/clip-sets/:id', answer: deletedSchema },
  uploadClip: {
    method: 'POST',
    path: '/api/clip-sets/:id/files',
    query: uploadQuerySchema,
    body: 'file',
    answer: clipUploadSchema,
  },
  deleteClip: { method: 'DELETE', path: '/api/clips/:id', answer: deletedSchema },
  captions: { method: 'PUT', path: '/api/captions', body: captionsSchema, answer: doneSchema },
  lookAtClips: {
    method: 'POST',
    path: '/api/clips/look',
    body: lookQuestionSchema,
    answer: lookAnswerSchema,
  },
  /** A picture or loop that `lookAtClips` named. */
  look: { method: 'GET', path: '/api/looks/:id/:form', answer: 'file' },

  bases: { method: 'GET', path: '/api/bases', answer: basesSchema },
  /** The identifier is given in the query, since one on the hub has slashes. */
  base: { method: 'GET', path: '/api/base', query: z.object({ id: z.string() }), answer: baseDetailSchema },

  /** The equal commands of the shell, for forms that need not be complete. */
  command: {
    method: 'POST',
    path: '/api/forms/command',
    body: commandQuestionSchema,
    answer: commandAnswerSchema,
  },
  /** Memory, time and disk, and what would be refused. */
  estimate: { method: 'POST', path: '/api/forms/estimate', body: formQuestionSchema, answer: estimateSchema },

  jobs: { method: 'GET', path: '/api/jobs', answer: queueSchema },
  putJobs: { method: 'POST', path: '/api/jobs', body: putJobsSchema, answer: putAnswerSchema },
  job: { method: 'GET', path: '/api/jobs/:id', answer: jobSchema },
  jobLog: { method: 'GET', path: '/api/jobs/:id/log', answer: jobLogSchema },
  /** A small picture of what a job is making, while it does. */
  jobPreview: { method: 'GET', path: '/api/jobs/:id/preview', answer: 'file' },
  changeJob: { method: 'PATCH', path: '/api/jobs/:id', body: changeJobSchema, answer: jobSchema },
  removeJob: { method: 'DELETE', path: '/api/jobs/:id', answer: doneSchema },
  cancelJob: { method: 'POST', path: '/api/jobs/:id/cancel', body: nothing, answer: doneSchema },
  goOnJob: { method: 'POST', path: '/api/jobs/:id/go-on', body: nothing, answer: doneSchema },
  goFirstJob: { method: 'POST', path: '/api/jobs/:id/go-first', body: nothing, answer: doneSchema },
  orderJobs: { method: 'PUT', path: '/api/jobs/order', body: orderSchema, answer: doneSchema },
  pauseJobs: { method: 'PUT', path: '/api/jobs/pause', body: pauseSchema, answer: doneSchema },

  videos: { method: 'GET', path: '/api/videos', query: pageQuerySchema, answer: videosSchema },
  video: { method: 'GET', path: '/api/videos/:id', answer: videoDetailSchema },
  videoFacts: { method: 'GET', path: '/api/videos/:id/facts', answer: videoFactsSchema },
  renameVideo: { method: 'PATCH', path: '/api/videos/:id', body: renameSchema, answer: doneSchema },
  deleteVideo: { method: 'DELETE', path: '/api/videos/:id', answer: deletedSchema },
  /** The browser saves it. */
  downloadVideo: {
    method: 'GET',
    path: '/api/videos/:id/download',
    query: downloadQuerySchema,
    answer: 'file',
  },
  /** `:form` is `plays`, `webm`, `loop`, `still` or `before`. */
  videoFile: { method: 'GET', path: '/api/videos/:id/:form', answer: 'file' },
  /** How a file was made that lamp made, from anywhere; the file is not kept. */
  madeBy: {
    method: 'POST',
    path: '/api/made-by',
    query: fileQuerySchema,
    body: 'file',
    answer: madeBySchema,
  },

  pictures: { method: 'GET', path: '/api/pictures', query: pageQuerySchema, answer: picturesSchema },
  picture: { method: 'GET', path: '/api/pictures/:id', answer: pictureDetailSchema },
  uploadPicture: {
    method: 'POST',
    path: '/api/pictures',
    query: fileQuerySchema,
    body: 'file',
    answer: pictureSchema,
  },
  frameOfVideo: { method: 'POST', path: '/api/pictures/frame', body: frameSchema, answer: pictureSchema },
  renamePicture: { method: 'PATCH', path: '/api/pictures/:id', body: renameSchema, answer: doneSchema },
  deletePicture: { method: 'DELETE', path: '/api/pictures/:id', answer: deletedSchema },
  /** `:form` is `shows` or `small`. */
  pictureFile: { method: 'GET', path: '/api/pictures/:id/:form', answer: 'file' },

  doctor: { method: 'GET', path: '/api/machine/doctor', answer: doctorSchema },
  disk: { method: 'GET', path: '/api/machine/disk', answer: diskSchema },
  trash: { method: 'GET', path: '/api/trash', answer: trashSchema },
  /** Undoes a deletion. */
  restore: { method: 'POST', path: '/api/trash/:id/restore', body: nothing, answer: doneSchema },
  /** For good. */
  forget: { method: 'DELETE', path: '/api/trash/:id', answer: tidyAnswerSchema },
} as const satisfies Record<string, Route>;

/** The requests' names. */
export type RouteName = keyof typeof routes;

/** What a request's body is: JSON of this type, or a file. */
export type BodyOf<Name extends RouteName> = (typeof routes)[Name] extends { readonly body: infer Body }
  ? Body extends z.ZodType
    ? z.input<Body>
    : Blob
  : undefined;

/** What a request's query is. */
export type QueryOf<Name extends RouteName> = (typeof routes)[Name] extends { readonly query: infer Query }
  ? Query extends z.ZodType
    ? z.input<Query>
    : never
  : undefined;

/** What a request answers as JSON. */
export type AnswerOf<Name extends RouteName> = (typeof routes)[Name] extends { readonly answer: infer Answer }
  ? Answer extends z.ZodType
    ? z.output<Answer>
    : never
  : never;

/** The address of a request: identifiers in the place of `:id` and the like, and a query. */
export function addressOf(
  name: RouteName,
  ids: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const path = routes[name].path.replace(/:(\w+)/g, (_, key: string) => {
    const id = ids[key];
    if (id === undefined) throw new TypeError(`the address of "${name}" needs "${key}"`);
    return encodeURIComponent(id);
  });
  const given = Object.entries(query).flatMap(([key, value]): [string, string][] =>
    value === undefined ? [] : [[key, String(value)]],
  );
  const words = new URLSearchParams(given).toString();
  return words === '' ? path : `${path}?${words}`;
}
