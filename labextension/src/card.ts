import type { TranslationBundle } from '@jupyterlab/translation';

import type { Answer, Description } from './server';

/** Why there is a card in place of a viewer, or of what is in a session. */
export type Trouble =
  | Exclude<Answer, { state: 'known' }>
  | Exclude<Description, { state: 'described' }>
  | { readonly state: 'invalid'; readonly detail: string };

interface Texts {
  readonly heading: string;
  /** Paragraphs; what stands between backticks is code. */
  readonly text: readonly string[];
  readonly retry: boolean;
}

function textsOf(trouble: Trouble, trans: TranslationBundle): Texts {
  switch (trouble.state) {
    case 'unknown':
      return {
        heading: trans.__("This viewer's kernel has gone."),
        text: [trans.__('Run the cell again to show it.')],
        retry: true
      };
    case 'missing':
      return {
        heading: trans.__('cellucid_ext is not enabled in this Jupyter server.'),
        text: [
          trans.__('If it was installed while this server was running, restart the server.'),
          trans.__(
            'Otherwise run `jupyter server extension enable cellucid_ext` in the environment of the server and restart it; `jupyter server extension list` tells whether it works.'
          )
        ],
        retry: true
      };
    case 'refused':
      return {
        heading: trans.__('This Jupyter server does not let you see the viewer.'),
        text: [trans.__('You may have been logged out: reload this page and log in.')],
        retry: true
      };
    case 'unreachable':
      return {
        heading: trans.__('The Jupyter server cannot be reached.'),
        text: [trans.__('Check that it runs and that you are connected, then try again.')],
        retry: true
      };
    case 'no-file':
      return {
        heading: trans.__('The server does not find this session file.'),
        text: [
          trans.__(
            'It was moved or deleted, or it is on another drive than the server’s own disk: copy it there, or load it from the Session menu of a viewer.'
          )
        ],
        retry: true
      };
    case 'no-session':
      return {
        heading: trans.__('This is no session, or a damaged one.'),
        text: [trans.__('Save it once more where it was made, and copy it whole.')],
        retry: true
      };
    case 'invalid':
      return {
        heading: trans.__('This output does not describe a viewer.'),
        text: [
          trans.__(
            'It was changed, or made by another version of cellucid_ext. Run the cell again to replace it.'
          )
        ],
        retry: false
      };
  }
}

let made = 0;

/**
 * Make the card that stands where a viewer would.
 *
 * @param retry - Called when the person asks to try again.
 */
export function makeCard(
  trouble: Trouble,
  trans: TranslationBundle,
  retry: () => void
): HTMLElement {
  const texts = textsOf(trouble, trans);
  const card = document.createElement('section');
  card.className = 'cellucid-Card';
  card.dataset['state'] = trouble.state;

  const heading = document.createElement('h3');
  heading.className = 'cellucid-Card-heading';
  heading.id = `cellucid-card-${++made}`;
  heading.textContent = texts.heading;
  card.setAttribute('role', 'group');
  card.setAttribute('aria-labelledby', heading.id);
  card.append(heading, ...texts.text.map(paragraph));

  if ('detail' in trouble) {
    const detail = paragraph(trouble.detail);
    detail.className = 'cellucid-Card-detail';
    card.append(detail);
  }
  if (texts.retry) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'jp-mod-styled jp-mod-reject';
    button.textContent = trans.__('Try again');
    button.addEventListener('click', retry);
    card.append(button);
  }
  return card;
}

function paragraph(text: string): HTMLElement {
  const element = document.createElement('p');
  text.split('`').forEach((piece, at) => {
    const isCode = at % 2 === 1;
    const node = document.createElement(isCode ? 'code' : 'span');
    node.textContent = piece;
    element.append(isCode ? node : piece);
  });
  return element;
}
