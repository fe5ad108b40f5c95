import { json, type System } from '../http.ts';

export const trackers: System = {
  name: 'trackers',
  routes: [
    {
      method: 'GET',
      path: '/find-bugs',
      answer: (call, world) => {
        const release = call.query.get('release') ?? '';
        const system = call.query.get('build_system');
        if (system !== 'brew' && system !== 'konflux') {
          return json(400, { error: 'build_system is brew or konflux' });
        }
        const found = world.scenario.trackers[release];
        return found === undefined
          ? json(404, { error: `no assembly ${release} in the build data` })
          : json(200, found[system]);
      },
    },
  ],
};
