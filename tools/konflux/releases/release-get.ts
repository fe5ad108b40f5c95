import { z } from 'zod';
import { Name, Namespace } from '../inputs.ts';
import { RELEASE } from '../resources/release.ts';
import { defineTool } from '../tool.ts';
import { ReleaseDetail, releaseDetail } from './release-view.ts';

export const getRelease = defineTool({
  name: 'konflux_release_get',
  title: 'Get a release',
  description: `
One Release, by its conditions: pending, progressing (in which phase), succeeded, failed (phase, task, step, reason) or
validation_failed (with the real cause); every attempt, and the images, advisory and catalog that it published. Pruned
ones come from KubeArchive where that is configured. To wait for one: konflux_release_watch.`,
  effect: 'read',
  input: z.object({
    name: Name,
    namespace: Namespace,
    limit: z.int().min(1).max(60).default(10).meta({ description: 'Images at most.' }),
  }),
  output: ReleaseDetail,
  run: async ({ name, namespace, limit }, { client, now, signal }) => {
    const { object, archived } = await client.get(RELEASE, name, { namespace, signal });
    return releaseDetail(object, now, archived, limit);
  },
});
