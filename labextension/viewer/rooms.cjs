/**
 * The page's rooms (folders of `src`): which rooms and packages each may import, whether it may
 * touch the page's DOM. The one table that ESLint and dependency-cruiser both enforce.
 */
const state = ['base', 'cells', 'data', 'text', 'state'];

module.exports = {
  rooms: {
    base: { rooms: ['base'], packages: [], dom: false },
    cells: { rooms: ['cells'], packages: [], dom: false },
    text: { rooms: ['text'], packages: [], dom: false },
    data: { rooms: ['base', 'cells', 'text', 'data'], packages: ['client-zip'], dom: true },
    state: { rooms: state, packages: ['@preact/signals'], dom: false },
    render: { rooms: [...state, 'render'], packages: ['@preact/signals', 'three'], dom: true },
    tools: { rooms: [...state, 'tools'], packages: ['@preact/signals'], dom: true },
    session: { rooms: [...state, 'session'], packages: ['@preact/signals'], dom: false },
    channel: { rooms: [...state, 'session', 'channel'], packages: ['@preact/signals'], dom: true },
    panels: {
      rooms: [...state, 'render', 'tools', 'session', 'channel', 'panels'],
      packages: ['@preact/signals', 'preact'],
      dom: true
    }
  },

  /** Files of one folder that know nothing of each other: only the index joins them. */
  strangers: [
    { folder: 'tools', index: 'index.ts', common: ['tool.ts', 'taking.ts', 'place.ts'] },
    { folder: 'session/contributors', index: 'index.ts', common: [] }
  ],

  /** The only file in which each of these stands. */
  network: {
    fetch: 'data/fetch.ts',
    WebSocket: 'channel/socket.ts',
    XMLHttpRequest: null,
    EventSource: null
  }
};
