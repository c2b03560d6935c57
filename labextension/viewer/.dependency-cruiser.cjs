/** The table of rooms for dependency-cruiser, which also sees types and so every cycle. */
const { rooms, strangers } = require('./rooms.cjs');

const src = '^viewer/src/';
const anyOf = list => `(?:${list.join('|')})`;
const literal = text => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

const walls = Object.entries(rooms).map(([room, { rooms: allowed }]) => ({
  name: `${room}-rooms`,
  comment: `${room}/ imports only from ${allowed.join(', ')}`,
  severity: 'error',
  from: { path: `${src}${room}/` },
  to: {
    path: src,
    pathNot: `${src}${anyOf(allowed.map(name => `${name}/`))}`
  }
}));

const packages = Object.entries(rooms).map(([room, { packages: allowed }]) => ({
  name: `${room}-packages`,
  severity: 'error',
  from: { path: `${src}${room}/` },
  to: {
    pathNot: [src, ...allowed.map(name => `node_modules/(?:@types/)?${literal(name)}/`)]
  }
}));

const apart = strangers.map(({ folder, index, common }) => ({
  name: `${folder.replace('/', '-')}-apart`,
  comment: `files of ${folder}/ do not know each other`,
  severity: 'error',
  from: { path: `${src}${folder}/([^/]+)$`, pathNot: `${src}${folder}/${literal(index)}$` },
  to: {
    path: `${src}${folder}/`,
    pathNot: [`${src}${folder}/$1`, ...common.map(file => `${folder}/${literal(file)}$`)]
  }
}));

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'main-is-the-end',
      severity: 'error',
      from: { path: src },
      to: { path: `${src}main\\.ts$` }
    },
    ...walls,
    ...packages,
    ...apart
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'viewer/tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types'] }
  }
};
