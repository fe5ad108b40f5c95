import { type Call, json, type Reply, type System } from '../http.ts';

const IMAGES = '/api/containers/v1/images';

function digestIn(call: Call): string | undefined {
  return /^image_id==(sha256:[0-9a-f]{64})$/.exec(call.query.get('filter') ?? '')?.[1];
}

function page(data: readonly unknown[]): Reply {
  return json(200, { data, page: 0, page_size: 100, total: data.length });
}

const badFilter = () => json(400, { status: 400, title: 'Bad Request', detail: 'filter is not understood' });

/** The public container catalog: what has ever been shipped. */
export const catalog: System = {
  name: 'catalog',
  routes: [
    {
      method: 'GET',
      path: IMAGES,
      answer: (call, world) => {
        const digest = digestIn(call);
        if (digest === undefined) return badFilter();
        const repositories = world.scenario.catalog.images[digest];
        return page(repositories === undefined ? [] : [{ repositories }]);
      },
    },
  ],
};

/** The same API of stage, with grades and vulnerabilities. */
export const pyxis: System = {
  name: 'pyxis',
  routes: [
    {
      method: 'GET',
      path: IMAGES,
      answer: (call, world) => {
        const digest = digestIn(call);
        if (digest === undefined) return badFilter();
        const image = world.scenario.pyxis.images[digest];
        if (image === undefined) return page([]);
        const { id, freshness_grades } = image;
        const _links = { vulnerabilities: { href: `/v1/images/id/${id}/vulnerabilities` } };
        return page([{ _id: id, freshness_grades, _links, repositories: [] }]);
      },
    },
    {
      method: 'GET',
      path: `${IMAGES}/id/:id/vulnerabilities`,
      answer: (call, world) => {
        const image = Object.values(world.scenario.pyxis.images).find(({ id }) => id === call.param('id'));
        return image === undefined
          ? json(404, { status: 404, title: 'Not Found' })
          : page(image.vulnerabilities);
      },
    },
  ],
};
