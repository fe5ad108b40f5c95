import { stringify } from 'yaml';
import { json, type System, text } from '../http.ts';
import { prowJobDocument, runs } from './prow-runs.ts';

export const prow: System = {
  name: 'prow',
  routes: [
    {
      method: 'GET',
      path: '/prowjob',
      answer: (call, world) => {
        const id = call.query.get('prowjob');
        const run = runs(world).find((candidate) => candidate.id === id);
        if (run === undefined)
          return text(404, `ProwJob not found: prowjobs.prow.k8s.io "${id}" not found\n`);
        return text(200, stringify(prowJobDocument(run, world)), 'text/plain; charset=utf-8');
      },
    },
    {
      method: 'GET',
      path: '/prowjobs.js',
      answer: (call, world) => {
        const items = runs(world).map((run) => prowJobDocument(run, world));
        const variable = call.query.get('var');
        if (variable === null) return json(200, { items });
        return text(200, `var ${variable} = ${JSON.stringify({ items })};`, 'application/javascript');
      },
    },
  ],
};
