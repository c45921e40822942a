/** @file What can be done with a motion besides looking at it. */
import type { ApiMotion } from '../../api/motion-api.ts';
import { addressOf } from '../../api/routes.ts';
import { ask } from '../core/api-client.ts';
import { tell, tellDeleted } from '../core/messages.ts';
import { outdate } from '../core/studio-state.ts';
import { sizeOf } from '../core/wording.ts';
import { Button, ButtonLink } from './button.tsx';
import { Menu } from './menu.tsx';

/** The menu; `after` is called when the motion was deleted. */
export function MotionMenu({ motion, after }: { readonly motion: ApiMotion; readonly after?: () => void }) {
  const { id, title, state, kind, usable } = motion;
  const rests = state !== 'learning';
  return (
    <Menu label={`More for ${title}`}>
      {usable && (
        <ButtonLink look="plain" icon="download" download href={addressOf('exportMotion', { id })}>
          Export the motion file
        </ButtonLink>
      )}
      {kind === 'run' && (
        <ButtonLink look="plain" icon="copy" href={`#/new/motion?from=${id}`}>
          New, with these settings
        </ButtonLink>
      )}
      {usable && (
        <ButtonLink look="plain" icon="motion" href={`#/new/motion?start=${id}`}>
          New, beginning with this motion
        </ButtonLink>
      )}
      {kind === 'run' && state === 'done' && (
        <Button
          look="plain"
          icon="check"
          onClick={async () => {
            const { freed } = await ask('tidyMotions', { body: { motions: [id] } });
            outdate('motions');
            tell({ text: freed > 0 ? `${sizeOf(freed)} freed.` : 'There was nothing to tidy up.' });
          }}
        >
          Tidy up
        </Button>
      )}
      <Button
        look="plain"
        icon="trash"
        disabled={!rests}
        onClick={async () => {
          const { trash } = await ask('deleteMotion', { ids: { id } });
          outdate('motions', 'jobs', 'trash');
          tellDeleted(title, trash);
          after?.();
        }}
      >
        {rests ? 'Delete' : 'Delete (stop it first)'}
      </Button>
    </Menu>
  );
}
