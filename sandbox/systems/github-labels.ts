import { type Call, json, type Reply } from '../http.ts';
import type { World } from '../world.ts';

/** Labels of a pull request, which GitHub keeps as an issue. */
export function labels(call: Call, world: World): Reply {
  const repository = `${call.param('owner')}/${call.param('repo')}`;
  const found = world.scenario.github.repositories[repository]?.pulls[call.param('number')];
  if (found === undefined) return json(404, { message: 'Not Found' });
  return json(
    200,
    found.map((name, index) => ({ id: index + 1, name, color: 'ededed' })),
  );
}
