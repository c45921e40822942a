/** @file The machine: what it can do for lamp, where the disk's space goes, and what was deleted. */
import { useState } from 'react';
import type { AnswerOf } from '../../api/routes.ts';
import { ask } from '../core/api-client.ts';
import { tell } from '../core/messages.ts';
import { askAgain, outdate, useAnswer } from '../core/studio-state.ts';
import { countOf, sentence, sizeOf, timeAgo } from '../core/wording.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { Shown, View, Waiting } from '../parts/view.tsx';

/** The view. */
export function MachineView() {
  return (
    <View title="Machine" lead="What this computer can do for lamp, and what the studio keeps on its disk.">
      <div className="columns">
        <Doctor />
        <div className="stack">
          <Disk />
          <Trash />
        </div>
      </div>
    </View>
  );
}

const verdicts = {
  ok: { icon: 'check', word: 'Good' },
  warning: { icon: 'warning', word: 'Worth a look' },
  problem: { icon: 'close', word: 'In the way' },
} as const;

function Doctor() {
  const doctor = useAnswer('doctor');
  return (
    <section className="panel" aria-labelledby="doctor">
      <div className="panel-head">
        <h2 id="doctor">Health</h2>
        <Button icon="repeat" onClick={() => askAgain('doctor')} disabled={doctor.loading}>
          Check again
        </Button>
      </div>
      {doctor.loading && <Waiting text="Checking the machine. This takes a few seconds." />}
      {(doctor.data || doctor.problem) && (
        <Shown answered={doctor}>
          {({ usable, findings, at }) => (
            <>
              <p className={usable ? 'verdict verdict-ok' : 'verdict verdict-problem'}>
                {usable ? 'Everything that lamp needs is here.' : 'Something that lamp needs is missing.'}{' '}
                <span className="quiet">Checked {timeAgo(at)}.</span>
              </p>
              <ul className="findings">
                {findings.map(({ subject, verdict, found, advice }) => (
                  <li key={subject} className={`finding finding-${verdict}`}>
                    <Icon name={verdicts[verdict].icon} />
                    <div>
                      <h3>
                        {sentence(subject)} <span className="hidden">{verdicts[verdict].word}</span>
                      </h3>
                      <p>{sentence(found)}</p>
                      {advice.map((each) => (
                        <p key={each} className="advice">
                          {sentence(each)}
                        </p>
                      ))}
                    </div>
                  </li>
                ))}
              </ul>
            </>
          )}
        </Shown>
      )}
    </section>
  );
}

const parts: readonly [keyof AnswerOf<'disk'>['studio'], string][] = [
  ['motions', 'Motions'],
  ['videos', 'Videos'],
  ['clips', 'Clips'],
  ['pictures', 'Pictures'],
  ['bases', 'Base models'],
  ['jobs', 'Jobs'],
  ['trash', 'Deleted'],
  ['cache', 'Copies for playing'],
];

function Disk() {
  const disk = useAnswer('disk');
  return (
    <section className="panel" aria-labelledby="disk">
      <h2 id="disk">Disk</h2>
      <Shown answered={disk}>
        {({ free, whole, studio }) => {
          const all = parts.reduce((sum, [key]) => sum + studio[key], 0);
          const largest = Math.max(1, ...parts.map(([key]) => studio[key]));
          return (
            <>
              <p>
                The studio takes <strong>{sizeOf(all)}</strong>; {sizeOf(free)} of {sizeOf(whole)} are free.
              </p>
              <table className="amounts">
                <tbody>
                  {parts.map(([key, name]) => (
                    <tr key={key}>
                      <th scope="row">{name}</th>
                      <td className="amounts-bar" aria-hidden="true">
                        <progress className="progress" max={largest} value={studio[key]} />
                      </td>
                      <td>{sizeOf(studio[key])}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </>
          );
        }}
      </Shown>
    </section>
  );
}

function Trash() {
  const trash = useAnswer('trash');
  const [asking, setAsking] = useState(false);
  const forgetAll = async (ids: readonly string[]) => {
    let freed = 0;
    for (const id of ids) freed += (await ask('forget', { ids: { id } })).freed;
    outdate('trash');
    tell({ text: `${sizeOf(freed)} freed.` });
  };
  return (
    <section className="panel" aria-labelledby="trash">
      <Shown answered={trash}>
        {({ entries }) => (
          <>
            <div className="panel-head">
              <h2 id="trash">Deleted</h2>
              {entries.length > 0 && (
                <Button icon="trash" onClick={() => setAsking(true)}>
                  Delete all permanently
                </Button>
              )}
            </div>
            {asking && (
              <Dialog title="Delete everything here permanently?" onClose={() => setAsking(false)}>
                <p className="dialog-text">
                  {countOf(entries.length, 'item')} cannot be restored after that. It frees{' '}
                  {sizeOf(entries.reduce((sum, { bytes }) => sum + bytes, 0))}.
                </p>
                <div className="actions dialog-foot">
                  <Button onClick={() => setAsking(false)}>Keep them</Button>
                  <Button
                    look="danger"
                    icon="trash"
                    onClick={async () => {
                      await forgetAll(entries.map(({ id }) => id));
                      setAsking(false);
                    }}
                  >
                    Remove them
                  </Button>
                </div>
              </Dialog>
            )}
            {entries.length === 0 && (
              <p className="quiet">Nothing. What you delete can be restored from here.</p>
            )}
            <ul className="rows">
              {entries.map(({ id, title, kind, deleted, bytes }) => (
                <li key={id}>
                  <div className="row-text">
                    <strong>{title}</strong>
                    <span className="quiet">
                      {sentence(kind)}, {sizeOf(bytes)}, {timeAgo(deleted)}
                    </span>
                  </div>
                  <Button
                    onClick={async () => {
                      await ask('restore', { ids: { id }, body: {} });
                      outdate('trash', 'motions', 'videos', 'pictures', 'clips');
                      tell({ text: `“${title}” is back.` });
                    }}
                  >
                    Restore<span className="hidden"> {title}</span>
                  </Button>
                  <Button
                    look="plain"
                    icon="trash"
                    label={`Delete ${title} permanently`}
                    onClick={() => forgetAll([id])}
                  />
                </li>
              ))}
            </ul>
          </>
        )}
      </Shown>
    </section>
  );
}
