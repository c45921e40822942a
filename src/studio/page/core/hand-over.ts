/** @file Hands a form to the view in which it can be changed. */
import { type GivenForm, workFormSchema } from '../../api/form-api.ts';
import { goTo } from './use-route.ts';

const key = 'lamp-form';

/** Whether there is a view for a form. */
export function canChange(form: GivenForm | undefined): form is GivenForm {
  return form !== undefined && form.kind !== 'draw';
}

/** Opens the view of a form, filled in; `job`: one that waits, which is to be another. */
export function changeForm(form: GivenForm, job?: string): void {
  sessionStorage.setItem(key, JSON.stringify(form));
  const view = { learn: 'motion', generate: 'video', animate: 'video', edit: 'edit', draw: 'video' }[
    form.kind
  ];
  const set = form.kind === 'learn' ? { set: 'of-form' } : {};
  goTo(['new', view], { form: 'given', job, ...set });
}

/** The form that was handed over last. */
export function handedForm(): GivenForm | undefined {
  try {
    const form = workFormSchema.safeParse(JSON.parse(sessionStorage.getItem(key) ?? 'null'));
    return form.success ? (form.data as GivenForm) : undefined;
  } catch {
    return undefined;
  }
}

const picturesKey = 'lamp-pictures';

/** Opens the view that makes videos, with first frames. */
export function animatePictures(pictures: readonly string[]): void {
  sessionStorage.setItem(picturesKey, JSON.stringify(pictures));
  goTo(['new', 'video'], { pictures: 'given' });
}

/** The first frames that were handed over last. */
export function handedPictures(): string[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(picturesKey) ?? '[]');
    return Array.isArray(kept) ? kept.map(String) : [];
  } catch {
    return [];
  }
}
