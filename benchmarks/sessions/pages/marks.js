/*
 * Put into the viewer's page after `probe.js`: notes when sessions come and go.
 *
 * The probe would wait for a pixel of each picture. Here it does not, so that pictures are drawn
 * beside the page's own work, as they are for a person.
 */
(() => {
  WebGL2RenderingContext.prototype.readPixels = () => undefined;

  const { marks } = window.probe;
  const listed = () => document.querySelectorAll('ul[aria-label="Groups"] > li').length;
  document.addEventListener('DOMContentLoaded', () => {
    new MutationObserver(() => {
      if (marks.listed === undefined && listed() > 0) marks.listed = performance.now();
    }).observe(document.body, { subtree: true, childList: true });
  });

  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (typeof data === 'string' && data.includes('"session_restored"')) {
      marks.restored = performance.now();
    }
    return send.call(this, data);
  };

  const fetches = window.fetch;
  window.fetch = async (address, options) => {
    const answer = await fetches(address, options);
    const { pathname } = new URL(address?.url ?? address, document.baseURI);
    if (pathname.endsWith('/session_bundle')) marks.uploaded = performance.now();
    return answer;
  };

  /** When the session that Python sent last was there. */
  window.sent = () => {
    const files = performance.getEntriesByType('resource');
    return Math.max(...files.filter(({ name }) => name.includes('/sent/')).map((f) => f.responseEnd));
  };
})();
