import { LabIcon } from '@jupyterlab/ui-components';

/** Of session files, and the tabs that show one. */
export const sessionIcon = new LabIcon({
  name: 'cellucid-ext:session',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">
  <g class="jp-icon3 jp-icon-selectable" fill="#616161">
    <circle cx="4" cy="5" r="2"/><circle cx="9" cy="3.5" r="1.5"/><circle cx="12" cy="7.5" r="2"/>
    <circle cx="7.5" cy="8.5" r="1.5"/><circle cx="4" cy="12" r="1.5"/><circle cx="10.5" cy="12.5" r="2"/>
  </g>
</svg>`
});
