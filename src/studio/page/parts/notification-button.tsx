/** @file Asks the browser for leave to tell of work that has ended. */
import { useState } from 'react';
import { tell } from '../core/messages.ts';
import { Button } from './button.tsx';

/** Nothing where the browser has been asked already. */
export function NotificationButton() {
  const [state, setState] = useState(() =>
    typeof Notification === 'undefined' ? 'denied' : Notification.permission,
  );
  if (state !== 'default') return null;
  const allow = async () => {
    const answer = await Notification.requestPermission();
    setState(answer);
    if (answer !== 'denied') return;
    tell({
      text: 'Notifications are blocked for this page. Allow them in the browser’s settings for this address.',
    });
  };
  return (
    <Button icon="bell" onClick={allow}>
      Notify me when jobs finish
    </Button>
  );
}
